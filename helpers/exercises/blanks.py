"""Whether a learner has begun: an answer that still holds a `...` is open, not wrong."""

import dis
import itertools


def is_blank(answer):
    """Return whether nobody has filled in the answer: `...`, or a function whose body is `...`; raises nothing."""
    if answer is Ellipsis:
        return True
    code = getattr(answer, "__code__", None)
    steps = [] if code is None else dis.get_instructions(code)
    steps = [(step.opname, step.argval) for step in steps if step.opname not in ("RESUME", "NOP")]
    return steps in ([("LOAD_CONST", None), ("RETURN_VALUE", None)], [("RETURN_CONST", None)])


def has_blank(answer):
    """Return whether a `...` is left somewhere in a function; raises nothing."""
    return Ellipsis in getattr(getattr(answer, "__code__", None), "co_consts", ())


def keeps_blank(answer):
    """Return whether a function gives the value `...` to a name, as in `A = ...`; raises nothing."""
    code = getattr(answer, "__code__", None)
    steps = [] if code is None else list(dis.get_instructions(code))
    pairs = itertools.pairwise(steps)
    return any(holds_blank(one.argval) and after.opname.startswith(("STORE", "UNPACK")) for one, after in pairs)


def holds_blank(value):
    """Return whether a result is `...`, or a list or tuple that holds one; raises nothing."""
    parts_of = value if isinstance(value, (list, tuple)) else [value]
    return any(part is Ellipsis for part in parts_of)
