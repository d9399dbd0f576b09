"""An exercise as data: what is called, what is right, and which mistakes are known."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass

REGISTRY = {}  # key -> Exercise, in the order in which they are declared


class Case:
    """The arguments of one call of the learner's function; `says` replaces the arguments in the message.

    Raises nothing.
    """

    def __init__(self, *arguments, says=None):
        self.arguments = arguments
        self.says = says


@dataclass(frozen=True)
class Mistake:
    """A known mistake: `wrong` is an implementation that makes it, or `when(attempt)` tells whether it was made.

    name: short, unique in its exercise. sentence: what to say about it, in the learner's terms, without a period.
    An answer is recognized as `wrong` when it gives the same as `wrong` in every case. `when` gets an Attempt
    (see attempt.py).
    """

    name: str
    sentence: str
    wrong: Callable | None = None
    when: Callable | None = None


@dataclass(frozen=True)
class Exercise:
    """An exercise of a notebook: everything that its check needs to know.

    key: number of the notebook, a point, number in the notebook, such as "2.1". name: what the learner's function or
    value is called. title: the verb phrase of its heading. reference: the right function of the same arguments (a
    tested helper wherever there is one); for a value, a function of none that returns it. cases: a function of no
    arguments that returns a list of Case, the smallest first; None for a value. mistakes: tuple of Mistake. returns:
    names of the parts where a tuple is returned, such as ("dW", "db"). judge(case, returned): instead of the
    comparison with `reference`, where many answers are right; returns None or a sentence. without: names that the
    learner's function may not use, because it is to do their work. start: the function as the
    learner finds it, where the cell is not blank but holds a bug. examples(*arguments): the m of a case. after: said
    when it is solved.
    """

    key: str
    name: str
    title: str
    reference: Callable
    cases: Callable | None = None
    mistakes: tuple[Mistake, ...] = ()
    returns: tuple[str, ...] | None = None
    judge: Callable | None = None
    without: tuple[str, ...] = ()
    start: Callable | None = None
    examples: Callable | None = None
    rtol: float = 1e-9
    atol: float = 1e-12
    after: str = ""

    @property
    def is_value(self):
        """Whether the learner gives a value and not a function."""
        return self.cases is None

    @property
    def argument_names(self):
        """The names of the arguments, those of the reference."""
        return [] if self.is_value else list(inspect.signature(self.reference).parameters)

    def fresh_cases(self):
        """Return a new list of the cases; a value has one, without arguments. Raises what `cases` raises."""
        return [Case()] if self.is_value else list(self.cases())


def declare(exercise):
    """Add the exercise to REGISTRY and return it; raises ValueError where its key is taken by another one."""
    other = REGISTRY.get(exercise.key)
    if other is not None and other.name != exercise.name:
        raise ValueError(f"exercise {exercise.key} is both {other.name} and {exercise.name}; give one another number")
    REGISTRY[exercise.key] = exercise
    return exercise
