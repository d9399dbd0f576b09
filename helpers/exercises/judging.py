"""From an answer to its verdict: call it, compare it, and find the sentence that helps."""

import copy
import dataclasses
import warnings

import numpy as np

from helpers.exercises.attempt import Attempt, find_mistake, makes
from helpers.exercises.blanks import has_blank, holds_blank, is_blank, keeps_blank
from helpers.exercises.calling import Outcome, call, describe_error, wrong_arguments
from helpers.exercises.comparing import describe, find_difference
from helpers.exercises.exercise import declare
from helpers.exercises.progress import FILE, record
from helpers.exercises.reading import forbidden_name, ignored, ignored_argument
from helpers.exercises.recognizers import recognize
from helpers.exercises.showing import kind_of, show_arguments
from helpers.exercises.verdict import NOT_YET, OPEN, SOLVED, Verdict

BLANK = "replace the `...` in the cell above with your answer, run it, then run this cell again"
LONGEST_ARGUMENTS = 120  # characters; beyond, matrices are written by their shapes
UNCHANGED = "the code above still does what it did as it was given; mend it, run it, then run this cell again"


def check_answer(exercise, answer):
    """Return the Verdict on an answer, a function or a value; raises nothing for the learner's mistakes."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return verdict_on(exercise, answer)


def verdict_on(exercise, answer):
    """Return the same, with NumPy's warnings left to the caller; raises nothing for the learner's mistakes."""
    if is_blank(answer):
        return Verdict(exercise.key, OPEN, BLANK)
    if not exercise.is_value and not callable(answer):
        return not_yet(exercise, f"{exercise.name} is {kind_of(answer)}, expected a function", "not a function")
    cases = exercise.fresh_cases()
    if exercise.is_value:
        outcomes = [Outcome(answer)]
    else:
        for case in cases:
            sentence = wrong_arguments(answer, exercise.argument_names, len(case.arguments))
            if sentence:
                return not_yet(exercise, f"your {exercise.name} {sentence}", "arguments")
        outcomes = [call(answer, case, exercise.argument_names) for case in cases]
    expected = [exercise.reference(*copy.deepcopy(case.arguments)) for case in cases]
    attempt = Attempt(exercise, answer, cases, outcomes, expected)
    return judge(attempt)


def judge(attempt):
    """Return the Verdict on what an answer did; raises nothing for the learner's mistakes."""
    exercise, outcomes = attempt.exercise, attempt.outcomes
    blank = any(holds_blank(outcome.returned) for outcome in outcomes)
    if blank or (has_blank(attempt.answer) and any(outcome.error is not None for outcome in outcomes)):
        return Verdict(exercise.key, OPEN, BLANK)
    if exercise.start is not None and makes(attempt, exercise.start):
        return Verdict(exercise.key, OPEN, UNCHANGED)
    for outcome in outcomes:
        if outcome.changed and outcome.error is None:
            words = f"leave {outcome.changed} as it is, and use a copy or an operation that makes a new one"
            known = find_mistake_in_place(attempt)
            name, words = (known.name, known.sentence) if known else ("in place", words)
            return not_yet(exercise, f"your {exercise.name} changes {outcome.changed} itself: {words}", name)
    if name := forbidden_name(attempt.answer, exercise.without):
        return not_yet(exercise, f"your {exercise.name} uses `{name}`, and is to do without it", "forbidden")
    problem = first_problem(attempt)
    if problem is None and (name := ignored_generator(attempt)):
        words = f"your {exercise.name} never looks at the `{name}` that it is given: draw from this one"
        return not_yet(exercise, f"{words}, so that whoever calls it chooses the seed", "ignored")
    if problem is None:
        return Verdict(exercise.key, SOLVED, exercise.after or praise(exercise, attempt.cases))
    if keeps_blank(attempt.answer):
        return Verdict(exercise.key, OPEN, BLANK)
    place, words, difference = problem
    attempt = Attempt(exercise, attempt.answer, attempt.cases, outcomes, attempt.expected, place)
    mistake = find_mistake(attempt)
    found = (mistake.name, mistake.sentence) if mistake else None
    if found is None and difference is not None:
        found = recognize(difference, attempt)
    name, sentence = found or (attempt.outcome.error is None and ignored(attempt.answer)) or (None, "")
    about = with_arguments(attempt, words, difference)
    if sentence:
        about = f"{about.rstrip('.')}; {sentence}" if attempt.outcome.error is not None else f"{about}: {sentence}"
    return not_yet(exercise, about, name, attempt.outcome.printed)


def find_mistake_in_place(attempt):
    """Return the known mistake that consists in changing an argument, or None; raises nothing."""
    known = find_mistake(attempt)
    unchanged = [dataclasses.replace(outcome, changed=None) for outcome in attempt.outcomes]
    same = known is not None and find_mistake(dataclasses.replace(attempt, outcomes=unchanged)) is known
    return None if same else known


def ignored_generator(attempt):
    """Return the name of a random generator among the arguments that the answer never looks at; raises nothing."""
    name = ignored_argument(attempt.answer)
    given = dict(zip(attempt.exercise.argument_names, attempt.case.arguments, strict=False))
    return name if isinstance(given.get(name), np.random.Generator) else None


def praise(exercise, cases):
    """Return what was found to be right; raises nothing."""
    return "that is right" if exercise.is_value else f"your {exercise.name} is right in all {len(cases)} cases"


def first_problem(attempt):
    """Return (place, words, Difference or None) of the first case that goes wrong, or None; raises nothing."""
    exercise = attempt.exercise
    for place, (case, outcome, right) in enumerate(zip(attempt.cases, attempt.outcomes, attempt.expected, strict=True)):
        if outcome.error is not None:
            return place, describe_error(outcome.error, attempt.answer), None
        if exercise.judge is not None and outcome.returned is not None:
            try:
                words = exercise.judge(case, outcome.returned)
            except Exception:  # an answer of another kind than the judge can read
                words = f"you returned {kind_of(outcome.returned)}, expected {kind_of(right)}"
            if words:
                return place, words, None
            continue
        name = exercise.name if exercise.is_value else ""
        difference = find_difference(outcome.returned, right, exercise.rtol, exercise.atol, name, exercise.returns)
        if difference is not None:
            return place, describe(difference, not exercise.is_value, exercise.rtol, exercise.atol), difference
    return None


def with_arguments(attempt, words, difference):
    """Return the words with the arguments of the case before them, where these help; raises nothing."""
    if attempt.exercise.is_value or (difference is not None and difference.kind == "shape" and difference.name):
        return words
    case = attempt.case
    shapes = attempt.outcome.error is not None or (difference is not None and difference.kind != "values")
    names = attempt.exercise.argument_names
    arguments = case.says or show_arguments(names, case.arguments, shapes)
    if not case.says and len(arguments) > LONGEST_ARGUMENTS:
        arguments = show_arguments(names, case.arguments, shapes=True)
    return f"for {arguments} {words}" if arguments else words


def not_yet(exercise, message, mistake=None, printed=""):
    """Return a Verdict that says what is wrong, with the beginning of what the function printed; raises nothing."""
    shown = " ".join(printed.split())
    shown = f" (it printed: {shown[:120]}{'...' if len(shown) > 120 else ''})" if shown else ""
    return Verdict(exercise.key, NOT_YET, message + shown, mistake)


def make_check(exercise):
    """Return the function that a notebook calls: it takes the learner's answer and returns a Verdict.

    exercise: an Exercise, which is added to the list that `progress` shows. Raises ValueError where another one has
    its key. The check itself raises nothing for the learner's mistakes, and notes the result in the progress file.
    """
    declare(exercise)

    def check(answer):
        verdict = check_answer(exercise, answer)
        trouble = record(verdict)
        note = f" (it cannot be noted in `{FILE}`: {trouble})" if trouble else ""
        return dataclasses.replace(verdict, message=verdict.message + note)

    check.__doc__ = f"Check exercise {exercise.key}, {exercise.title}: give it your {exercise.name}; raises nothing."
    check.exercise = exercise
    return check
