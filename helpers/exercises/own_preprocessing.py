"""Exercise 5.5 of notebook 5: a drawing made ready for the network."""

import re
from functools import partial

import numpy as np

from helpers.drawing import draw_strokes, sample_strokes
from helpers.exercises.exercise import Case, Exercise, Mistake
from helpers.exercises.judging import make_check
from helpers.exercises.predicates import gives
from helpers.preprocessing import MIDDLE, SIDE, center, resize, scale_to_fit

BOX = 20


def tight(ink, last=1):
    """Return the smallest rectangle that holds all ink above 0; raises IndexError where there is none."""
    rows, columns = (np.flatnonzero((ink > 0).any(axis=axis)) for axis in (1, 0))
    return ink[rows[0] : rows[-1] + last, columns[0] : columns[-1] + last]


def prepare(drawing):
    """Return a drawing (height, width), paper 1 and ink darker, as (784, 1); raises IndexError where it is blank."""
    return center(scale_to_fit(tight(1 - drawing), BOX))[0].reshape(-1, 1)


def prepare_with_a_bug(
    drawing, *, invert=True, cropped=True, last=1, keep_shape=True, least=1, middle=MIDDLE, by_mass=True, clip=True
):
    """Return what `prepare` returns, with the bug that one keyword switches on; raises ValueError over the edge."""
    ink = 1 - drawing if invert else drawing
    ink = tight(ink, last) if cropped else ink
    factor = BOX / max(ink.shape)
    shape = [max(least, round(side * factor)) for side in ink.shape] if keep_shape else (BOX, BOX)
    ink = resize(ink, shape)
    places = []
    for axis, length in enumerate(shape):
        mass = ink.sum(axis=1 - axis)
        balance = (mass * np.arange(length)).sum() / mass.sum()
        place = round(middle - balance) if by_mass else (SIDE - length) // 2
        places.append(min(max(place, 0), SIDE - length) if clip else place)
    image = np.zeros((SIDE, SIDE))
    image[places[0] : places[0] + shape[0], places[1] : places[1] + shape[1]] = ink
    return image.reshape(-1, 1)


def drawings():
    """Return a large seven in a corner, a wide bar, a hair-thin line and an L with a heavy foot; raises nothing.

    None has its center of mass halfway between two rows or columns, where either place would be right.
    """
    seven = np.ones((120, 100))
    seven[40:118, 20:98] = draw_strokes(sample_strokes(7), side=78)
    bar = np.ones((9, 17))
    bar[1:4, 2:15] = np.linspace(0.1, 0.8, 13)
    line = np.ones((60, 40))
    line[4:54, 30] = np.linspace(0.6, 0.1, 50)
    foot = np.ones((30, 26))
    foot[2:22, 3] = 0.5
    foot[18:22, 3:23] = 0
    named = {"a seven in the corner": seven, "a bar": bar, "a hair-thin line": line, "an L with a heavy foot": foot}
    return [
        Case(drawing, says=f"{name} on {len(drawing)} × {len(drawing[0])} pixels") for name, drawing in named.items()
    ]


def too_large(attempt):
    """Return whether the answer stops with an array that is larger than the box and does not fit; raises nothing."""
    sizes = re.search(r"input array from shape \((\d+),(\d+)\)", str(attempt.outcome.error))
    return bool(sizes) and max(int(size) for size in sizes.groups()) > BOX


def pictures(attempt):
    """Return what came and what was expected as images (28, 28); raises ValueError for another number of pixels."""
    return [x.reshape(SIDE, SIDE) for x in (attempt.outcome.returned, attempt.expected[attempt.place])]


check_prepare = make_check(
    Exercise(
        key="5.5",
        name="my_prepare",
        title="Prepare a drawing for the network",
        reference=prepare,
        cases=drawings,
        rtol=1e-6,
        atol=1e-9,
        mistakes=(
            Mistake(
                "not a column",
                "784 numbers, but not in a column: `reshape(-1, 1)`",
                when=lambda attempt: (
                    attempt.outcome.returned.size == SIDE**2 and attempt.outcome.returned.shape != (SIDE**2, 1)
                ),
            ),
            Mistake(
                "not inverted",
                "paper is 1 in the drawing and has to become 0: step 1",
                wrong=partial(prepare_with_a_bug, invert=False),
            ),
            Mistake(
                "not cropped",
                "the paper around the digit was scaled with it: crop to the ink first, step 2",
                wrong=partial(prepare_with_a_bug, cropped=False),
            ),
            Mistake(
                "cropped too much",
                "the last row and column of ink are cut off: a slice ends before its end, so add 1",
                when=lambda attempt: np.allclose(
                    attempt.outcomes[0].returned, prepare_with_a_bug(*attempt.cases[0].arguments, last=0)
                ),
            ),
            Mistake(
                "out of shape",
                "the digit is stretched to 20 × 20: scale both sides by the same factor, 20 over the longer one",
                when=gives(partial(prepare_with_a_bug, keep_shape=False)),
            ),
            Mistake(
                "larger than the box",
                "the scaled digit is larger than 20 pixels: it is the *longer* side that gets 20, step 3",
                when=too_large,
            ),
            Mistake(
                "nothing left",
                "the shorter side of a thin line is rounded to 0 pixels: use `max(1, ...)`",
                when=lambda attempt: attempt.place == 2 and attempt.outcome.error is not None,
            ),
            Mistake(
                "over the edge",
                "the center of mass would push the digit over the edge here: keep its place from 0 to 28 less its size",
                when=lambda attempt: attempt.place == 3 and attempt.outcome.error is not None,
            ),
            Mistake(
                "box centered",
                "the rectangle is in the middle; it is the center of mass that should be there: step 4",
                wrong=partial(prepare_with_a_bug, by_mass=False),
            ),
            Mistake(
                "at 13.5",
                "off by a pixel in places: the center belongs at row and column 14, not at 13.5, and to come as near "
                "as possible takes `round`, where `int` cuts off",
                wrong=partial(prepare_with_a_bug, middle=13.5),
            ),
            Mistake(
                "another place",
                "the digit has the right size and is in the wrong place: look at step 4 again",
                when=lambda attempt: np.allclose(*(tight(image) for image in pictures(attempt))),
            ),
            Mistake(
                "another size",
                "the digit has not the size that it should have: look at steps 2 and 3 again",
                when=lambda attempt: len({tight(image).shape for image in pictures(attempt)}) == 2,
            ),
        ),
    )
)
