"""An exercise as data: what is called, what is right, and which mistakes are known."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

REGISTRY = {}  # key -> Exercise, in the order in which they are declared


class Mistake(NamedTuple):
    """A known mistake, its name unique in its exercise."""

    name: str
    how: object  # a function that makes it, a Predicate (recognizing.py), or a tuple of such
    sentence: str  # what to say about it, in the learner's terms, without a period

    @property
    def ways(self):
        """All ways in which it is recognized, as a tuple; one of them is enough."""
        return self.how if isinstance(self.how, tuple) else (self.how,)


@dataclass(frozen=True)
class Exercise:
    """An exercise of a notebook: everything that its check needs to know."""

    key: str  # number of the notebook, a point, number in the notebook, such as "2.1"
    name: str  # what the learner's function or value is called
    title: str  # the verb phrase of its heading
    reference: Callable  # the right function of the same arguments; for a value, of none
    cases: Callable | list | None = None  # tuples of arguments; None for a value
    mistakes: tuple[Mistake, ...] = ()
    says: tuple[str | None, ...] = ()  # per case, what a message says in place of its arguments
    returns: tuple[str, ...] | None = None  # names of the parts where a tuple is returned
    judge: Callable | None = None  # judge(returned, *arguments) says what is wrong, or None
    together: Callable | None = None  # what the judge cannot see: together(all that is returned)
    without: tuple[str, ...] = ()  # functions that the learner may not use, as they do the work
    start: Callable | None = None  # the function as it is given, where it holds a bug
    examples: Callable | None = None  # examples(*arguments): the m of a case
    rtol: float = 1e-9
    atol: float = 1e-12
    after: str | Callable = ""  # said when it is solved, or a function that says it

    @property
    def is_value(self):
        """Whether the learner gives a value and not a function."""
        return self.cases is None

    @property
    def argument_names(self):
        """The names of the arguments, those of the reference."""
        return [] if self.is_value else list(inspect.signature(self.reference).parameters)

    def all_cases(self):
        """The arguments of each call, a list of tuples; a value has one, without arguments."""
        return [()] if self.is_value else list(self.cases() if callable(self.cases) else self.cases)


def place_of(key):
    """What keys are sorted by: the notebook, then exercises by number, then questions by letter."""
    notebook, part = key.split(".")
    return (int(notebook), 0, int(part)) if part.isdigit() else (int(notebook), 1, ord(part))


def declare(exercise):
    """Add the exercise to REGISTRY, unless another one has its number (ValueError)."""
    other = REGISTRY.setdefault(exercise.key, exercise)
    if other.name != exercise.name:
        raise ValueError(
            f"exercise {exercise.key} is both {other.name} and {exercise.name}; give one another number"
        )
    REGISTRY[exercise.key] = exercise
