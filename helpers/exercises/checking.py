"""From an answer to its verdict: call it, compare it, and find the sentence that helps."""

import contextlib
import copy
import inspect
import io
import linecache
import re
import traceback
import warnings
from dataclasses import dataclass, replace

import numpy as np

from helpers.exercises.comparing import (
    Difference,
    describe,
    describe_type,
    find_difference,
    parts,
    show_arguments,
)
from helpers.exercises.declaring import Exercise, Mistake, declare
from helpers.exercises.earlier_cells import AGAIN, trouble_before
from helpers.exercises.progress import noted
from helpers.exercises.recognizing import Attempt, Predicate, recognize
from helpers.exercises.source_code import (
    forbidden_name,
    has_blank,
    holds_blank,
    ignored,
    ignored_argument,
    is_blank,
    keeps_blank,
    same_code,
)
from helpers.exercises.verdict import NOT_YET, OPEN, SOLVED, Verdict

BLANK = f"replace the `...` in the cell above with your answer, {AGAIN}"
UNCHANGED = f"the code above is still as it was given; fix it, {AGAIN}"
CHANGED = "you changed the code, but it still returns exactly what it returned before"
LONGEST_ARGUMENTS = 120  # characters; beyond, matrices are written by their shapes


def make_check(key, name, title, reference, cases=None, mistakes=(), **settings):
    """Declare an Exercise and return the function that a notebook calls with an answer."""
    mistakes = tuple(Mistake(*mistake) for mistake in mistakes)
    exercise = Exercise(key, name, title, reference, cases, mistakes, **settings)
    declare(exercise)

    def check(answer):
        if before := trouble_before(exercise.name, answer):
            verdict = not_yet(exercise, before[1], before[0])
        else:
            verdict = check_answer(exercise, answer)
        return noted(verdict)

    check.__doc__ = f"""Check exercise {key}, {title}: give it your {name}.

    Parameters
    ----------
    answer : {"object" if exercise.is_value else "callable"}
        Your {name}.

    Returns
    -------
    Verdict
        Open, solved or not yet, with a sentence that helps; it is noted in the progress file.
    """
    check.exercise = exercise
    return check


def check_answer(exercise, answer):
    """The Verdict on an answer, a function or a value."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if is_blank(answer):
            return Verdict(exercise.key, OPEN, BLANK)
        names, cases = exercise.argument_names, exercise.all_cases()
        if exercise.is_value:
            outcomes = [Outcome(answer)]
        elif not callable(answer):
            words = f"{exercise.name} is {describe_type(answer)}, expected a function"
            return not_yet(exercise, words, "not a function")
        elif sentence := wrong_arguments(answer, names, {len(case) for case in cases}):
            return not_yet(exercise, f"your {exercise.name} {sentence}", "arguments")
        else:
            outcomes = [call(answer, case, names) for case in cases]
        expected = [exercise.reference(*copy.deepcopy(case)) for case in cases]
        return judge(Attempt(exercise, answer, cases, outcomes, expected))


def judge(attempt):
    """The Verdict on what an answer did."""
    exercise, answer, outcomes = attempt.exercise, attempt.answer, attempt.outcomes
    errors = [outcome.error for outcome in outcomes if outcome.error is not None]
    if any(map(holds_blank, attempt.returned)) or (errors and has_blank(answer)):
        return Verdict(exercise.key, OPEN, BLANK)
    if exercise.start is not None and makes(attempt, exercise.start):
        if same_code(answer, exercise.start):
            return Verdict(exercise.key, OPEN, UNCHANGED)
        return not_yet(exercise, CHANGED, "no effect")
    changed = [one.changed for one in outcomes if one.changed and one.error is None]
    if changed:
        name, words = in_place(attempt, changed[0])
        return not_yet(exercise, f"your {exercise.name} changes {changed[0]} itself: {words}", name)
    if name := forbidden_name(answer, exercise.without):
        words = f"your {exercise.name} uses `{name}`; write it without this function"
        return not_yet(exercise, words, "forbidden")
    problem = first_problem(attempt)
    if problem is None and (name := ignored_generator(attempt)):
        words = f"your {exercise.name} never looks at the `{name}` that it is given: "
        words += "draw from this one, so that whoever calls it chooses the seed"
        return not_yet(exercise, words, "ignored")
    if problem is None and exercise.together and (words := exercise.together(attempt.returned)):
        problem = 0, words, None
    if problem is None:
        count = f"your {exercise.name} is right in all {len(attempt.cases)} cases"
        praise = "that is right" if exercise.is_value else count
        after = exercise.after() if callable(exercise.after) else exercise.after
        return Verdict(exercise.key, SOLVED, after or praise)
    if keeps_blank(answer):
        return Verdict(exercise.key, OPEN, BLANK)
    return explain(replace(attempt, place=problem[0]), *problem[1:])


def explain(attempt, words, difference):
    """The Verdict on a wrong answer: the case at issue, and the first mistake that explains it."""
    error = attempt.outcome.error
    found = ignored(attempt.answer, only_for_data=True)
    if found is None and (mistake := find_mistake(attempt)):
        found = mistake.name, mistake.sentence
    if found is None and difference is not None:
        found = recognize(difference, attempt)
    name, sentence = found or (error is None and ignored(attempt.answer)) or (None, "")
    about = with_arguments(attempt, words, difference)
    if sentence:
        about = f"{about.rstrip('.')}; {sentence}" if error is not None else f"{about}: {sentence}"
    return not_yet(attempt.exercise, about, name, attempt.outcome.printed)


def not_yet(exercise, message, mistake=None, printed=""):
    """A Verdict that says what is wrong, with the beginning of what the function printed."""
    shown = " ".join(printed.split())
    shown = f" (it printed: {shown[:120]}{'...' if len(shown) > 120 else ''})" if shown else ""
    return Verdict(exercise.key, NOT_YET, message + shown, mistake)


# Calling an answer


@dataclass(frozen=True)
class Outcome:
    """What one call did."""

    returned: object = None
    error: BaseException | None = None
    changed: str | None = None  # the argument that it changed
    printed: str = ""


def wrong_arguments(function, names, counts):
    """A sentence where the function cannot be called with so many arguments, else None."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return None
    for count in sorted(counts):
        try:
            signature.bind(*range(count))
        except TypeError:
            own = ", ".join(signature.parameters) or "none"
            expected = f"the check calls it with ({', '.join(names[:count])})"
            return f"takes the arguments ({own}), but {expected}"
    return None


def call(function, case, names=()):
    """The Outcome of a call with copies of the arguments."""
    arguments = copy.deepcopy(case)
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            returned = function(*arguments)
    except (Exception, SystemExit) as error:
        return Outcome(error=error, printed=printed.getvalue())
    pairs = enumerate(zip(arguments, case, strict=True))
    changed = [place for place, (after, before) in pairs if not same(after, before)]
    name = dict(enumerate(names)).get(changed[0], "its argument") if changed else None
    return Outcome(returned, None, name, printed.getvalue())


def same(one, other):
    """Whether an argument is as it was before the call; what cannot be compared counts as it."""
    if isinstance(one, np.ndarray):
        return find_difference(one, other, 0, 0) is None
    inner, outer = parts(one), parts(other)
    if inner is None:
        return True
    pairs = zip(inner, outer, strict=False)
    return len(inner) == len(outer) and all(same(a, b) for (_, a), (_, b) in pairs)


def describe_error(error, answer):
    """What stopped an answer, as in "it stops with a NameError in line 2 of its cell, `...`"."""
    file = getattr(getattr(answer, "__code__", None), "co_filename", None)
    own = [one for one in traceback.extract_tb(error.__traceback__) if one.filename == file]
    kind, where = type(error).__name__, ""
    if own:
        text = (own[-1].line or linecache.getline(own[-1].filename, own[-1].lineno)).strip()
        where = f" in line {own[-1].lineno} of its cell" + (f", `{text}`" if text else "")
    message = " ".join(str(error).split())
    if sizes := re.search(r"matmul.*size (\d+) is different from (\d+)", message):
        rule = "the inner two numbers of a matrix product must agree"
        message = f"{rule}, but they are {sizes[2]} and {sizes[1]}"
    article = "an" if kind[0] in "AEIOU" else "a"
    return f"it stops with {article} {kind}{where}" + (f": {message[:200]}" if message else "")


# Finding what is wrong


def first_problem(attempt):
    """(place, words, Difference or None) of the first case that goes wrong, or None."""
    exercise = attempt.exercise
    rounding = exercise.rtol, exercise.atol
    triples = zip(attempt.cases, attempt.outcomes, attempt.expected, strict=True)
    for place, (case, outcome, right) in enumerate(triples):
        returned = outcome.returned
        if outcome.error is not None:
            return place, describe_error(outcome.error, attempt.answer), None
        if exercise.judge is not None and returned is not None:
            try:
                words = exercise.judge(returned, *case)
            except Exception:  # an answer of another kind than the judge can read
                kinds = describe_type(returned), describe_type(right)
                words = "you returned {}, expected {}".format(*kinds)
                return place, words, Difference("type", "", returned, right)
            if words:
                return place, words, None
            continue
        name = exercise.name if exercise.is_value else ""
        difference = find_difference(returned, right, *rounding, name, exercise.returns)
        if difference is not None:
            return place, describe(difference, not exercise.is_value, *rounding), difference
    return None


def with_arguments(attempt, words, difference):
    """The words with the arguments of the case before them, where these help."""
    exercise, kind = attempt.exercise, difference and difference.kind
    if exercise.is_value or (kind == "shape" and difference.name):
        return words
    arguments = exercise.says[attempt.place] if exercise.says else None
    if not arguments:
        shapes = attempt.outcome.error is not None or kind not in (None, "values")
        arguments = show_arguments(exercise.argument_names, attempt.case, shapes)
        if len(arguments) > LONGEST_ARGUMENTS:
            arguments = show_arguments(exercise.argument_names, attempt.case, shapes=True)
    return f"for {arguments} {words}" if arguments else words


def makes(attempt, wrong):
    """Whether the answer does what the function `wrong` does, in every case."""
    for case, outcome in zip(attempt.cases, attempt.outcomes, strict=True):
        other = call(wrong, case)
        one, two = outcome.error, other.error
        if one is not None or two is not None:
            equal = (type(one), str(one)) == (type(two), str(two))
        else:
            equal = find_difference(outcome.returned, other.returned) is None
        if not equal or (outcome.changed is None) != (other.changed is None):
            return False
    return True


def find_mistake(attempt):
    """The first Mistake of the exercise that the answer makes, or None."""
    for mistake in attempt.exercise.mistakes:
        for way in mistake.ways:
            try:
                if way.holds(attempt) if isinstance(way, Predicate) else makes(attempt, way):
                    return mistake
            except Exception:  # a predicate that cannot read this answer has not recognized it
                continue
    return None


def in_place(attempt, name):
    """(name, sentence) for an answer that changes its argument, which may be a known mistake."""
    known = find_mistake(attempt)
    unchanged = [replace(outcome, changed=None) for outcome in attempt.outcomes]
    if known is not None and find_mistake(replace(attempt, outcomes=unchanged)) is not known:
        return known.name, known.sentence
    advice = "use a copy or an operation that makes a new one"
    return "in place", f"leave {name} as it is, and {advice}"


def ignored_generator(attempt):
    """The name of a random generator among the arguments that the answer never looks at."""
    name = ignored_argument(attempt.answer)
    given = dict(zip(attempt.exercise.argument_names, attempt.case, strict=False))
    return name if isinstance(given.get(name), np.random.Generator) else None
