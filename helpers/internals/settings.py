"""Settings that are declared once: type, check, meaning and default of each stand in one entry."""

import dataclasses
import inspect
import textwrap

from helpers.internals.fingerprints import readable


def setting(check, meaning, **default):
    """Return the field of one setting. check(name, value) raises where a value is wrong."""
    return dataclasses.field(metadata={"check": check, "meaning": meaning}, **default)


def check_settings(settings):
    """Check every field of a dataclass that was declared with `setting`."""
    for field in dataclasses.fields(settings):
        field.metadata["check"](field.name, getattr(settings, field.name))


def lists_settings(declared):
    """Have a function that takes **settings show each of them in its signature and its help.

    declared: the dataclass. In the docstring the line {settings} stands for their list.
    """

    def decorate(function):
        own = inspect.signature(function).parameters
        listed = [
            parameter.replace(annotation=parameter.empty)
            for name, parameter in inspect.signature(declared).parameters.items()
            if name not in own
        ]
        first = [p for p in own.values() if p.kind is p.POSITIONAL_OR_KEYWORD]
        last = [p for p in own.values() if p.kind is p.KEYWORD_ONLY]
        function.__signature__ = inspect.Signature([*first, *listed, *last])
        entries = "\n".join(map(_entry, dataclasses.fields(declared)))
        function.__doc__ = inspect.cleandoc(function.__doc__ or "").replace("{settings}", entries)
        declared.__init__.__qualname__ = function.__name__  # Python's errors name what was called
        return function

    return decorate


def _entry(field):
    """Return a setting as a numpydoc list shows it."""
    required = field.default is dataclasses.MISSING
    default = "" if required else f", default {readable(field.default)!r}"
    meaning = textwrap.fill(field.metadata["meaning"], 92)
    return f"{field.name} : {field.type}{default}\n{textwrap.indent(meaning, '    ')}"
