"""The exercises of "Before you start": what six short pieces of Python and mathematics give.

The references are floats, so that an answer in either type is right.
"""

import math
from copy import copy
from functools import partial

import numpy as np

from helpers.exercises.checking import make_check
from helpers.exercises.recognizing import when


def given(*values):
    """The ways to give one of these values as an answer."""
    return tuple(partial(copy, value) for value in values)


def part_is(place, *values):
    """Whether a part of the answer is, to three digits, one of these values."""
    return when(
        lambda answer: any(math.isclose(answer[place], one, rel_tol=1e-3) for one in values)
    )


check_text = make_check(
    "0.1", "my_text", "Read a file, a slice and an f-string", lambda: "041: 60%",
    mistakes=[
    ("end included", given("0419: 80%", "0419: 60%"),
     "a slice stops before its second number: `[1:4]` has the places 1, 2 and 3"),
    ("counted from 1", given("504: 60%", "5041: 80%"),
     "places are counted from 0, so the place 1 holds the second character"),
    ("letter by letter", when(lambda text: "part" in text or "{" in text),
     "the `f` before the quotes puts the value in the place of each pair of braces"),
    ("not as a percentage", given("041: 0.6", "041: 0.60", "041: 1", "041: 60", "041: 0", "041: 60.0%"),
     "`:.0%` writes a fraction as a percentage, with no digits behind the point and the sign %"),
    ("spaces", given("041:60%", "041 : 60%", "041: 60 %", "041 60%"),
     "only the signs between the two numbers are other ones: copy them from the f-string"),
    ("a number", when(lambda text: not isinstance(text, str)),
     "what was read from a file is text, and so is what an f-string gives: write it in quotes"),
])  # fmt: skip

check_total = make_check(
    "0.2", "my_total", "Read two comprehensions", lambda: 32.0,
    mistakes=[
    ("no condition", given(61),
     "the `if` lets only some of the numbers pass"),
    ("5 included", given(58),
     "`n < 5` leaves out 5 itself"),
    ("1 included", given(34),
     "`1 < n` leaves out 1 itself"),
    ("not squared", given(12),
     "each `n` that passes is squared: `n * n` stands at the front"),
    ("1 added once", given(30),
     "the 1 is added to each square, since it stands inside of the `sum`"),
    ("1 never added", given(29),
     "`sum` adds up `square + 1`, not `square`"),
    ("a list", when(lambda total: isinstance(total, (list, tuple))),
     "`sum` makes one number of them"),
])  # fmt: skip

check_points = make_check(
    "0.3", "my_points", "Read a loop over two lists", lambda: 32.0,
    mistakes=[
    ("first stays", given(12, 10),
     "a dictionary keeps one value for each key, the last that it was given"),
    ("added up", given(42, 40),
     "a new value takes the place of the old one; nothing is added until the second loop"),
    ("counted from 1", given(34),
     "`enumerate` counts from 0"),
    ("loop left out", given(30),
     "the second loop adds to it, at each place where `labels` holds a 7"),
    ("other key", given(21),
     "that is `points[1]`"),
    ("the dictionary", when(lambda points: isinstance(points, dict)),
     "only the value of the key 7 is asked for"),
])  # fmt: skip

check_sums = make_check(
    "0.4", "my_sums", "Add up along an axis", lambda: [5.0, 7.0, 9.0],
    mistakes=[
    ("other axis", given([6, 15]),
     "these are the sums of the rows: with `axis=0` the rows disappear, and a sum is left for each column"),
    ("all in one", given(21, [21]),
     "that is the sum of all six; with an `axis` several sums are left"),
])  # fmt: skip

A, B = np.array([[1, 2], [3, 4]]), np.array([[0, 1], [2, 3]])

check_product = make_check(
    "0.5", "my_product", "Multiply two tables", lambda: (1.0 * A @ B).tolist(),
    mistakes=[
    ("entry by entry", given((A * B).tolist()),
     "each entry takes a whole row of `A` and a whole column of `B`, not one number of each"),
    ("other order", given((B @ A).tolist()),
     "that is `B` times `A`: take the rows of `A` and the columns of `B`"),
    ("rows with rows", given((A @ B.T).tolist()),
     "that is rows with rows: from `B` take columns"),
    ("rows and columns exchanged", given((A @ B).T.tolist()),
     "the numbers are right, but row 0 of `A` makes row 0 of the product"),
])  # fmt: skip

check_powers = make_check(
    "0.6", "my_powers", "Undo a power", lambda: (1.0, 3.0, -3.0),
    returns=("first number", "second number", "third number"),
    mistakes=[
    ("to the power of 0", part_is(0, 0, math.e),
     "the exponent 0 is what is left of `e / e`, and that is 1"),
    ("the power itself", part_is(1, math.e**3, 1 / 3, 3 * math.e),
     "the logarithm asks for the exponent: which power of $e$ is it?"),
    ("exponents multiplied", part_is(2, -10),
     "the exponents of a product are added, not multiplied"),
    ("sign lost", part_is(2, 3, 7),
     "the second exponent is negative: add -5 to 2"),
])  # fmt: skip
