"""Print sheets to compute a small network by hand, each with other numbers: `make worksheets`.

Every sheet has two pages, forward and backward, for a 3-3-2 network and two examples; the key of all follows. The
outputs are linear and the loss is half the squared error, so that all numbers stay small and exact: e^z and ln are
left to the machine. Backward nothing changes: behind softmax and cross-entropy, too, dZ2 is (A2 - Y) / m.
The key is computed with fractions, and compared with helpers.network before anything is written.
"""

import argparse
from fractions import Fraction
from pathlib import Path

import numpy as np

from helpers.internals.files import replace_file
from helpers.network import (
    Layer,
    backward_propagation,
    forward_propagation,
    pre_activations,
    update_parameters,
)

ROOT = Path(__file__).resolve().parent.parent
ALPHA = Fraction(1, 10)
LARGEST = 20  # of all numbers in a key
SHAPES = {"X": (3, 2), "W1": (3, 3), "b1": (3, 1), "W2": (2, 3), "b2": (2, 1)}
VALUES = {"X": (0, 3), "b2": (-1, 1)}  # from ... to; all others from -2 to 2
STYLE = """
@page { margin: 15mm }
body { font: 11pt/1.35 Georgia, serif; max-width: 175mm; margin: 0 auto }
.page { height: 240mm; overflow: hidden; break-after: page }
h1 { font-size: 15pt; margin: 0 0 4mm; display: flex; justify-content: space-between }
h2 { font-size: 11pt; margin: 4mm 0 0 }
p { margin: 1.5mm 0 }
.row { display: flex; flex-wrap: wrap; align-items: center; gap: 2mm 7mm; margin: 2mm 0 }
figure { display: flex; align-items: center; gap: 2mm; margin: 0 }
table { border-collapse: collapse; border: solid black; border-width: 0 1.5px }
td { width: 9mm; height: 7mm; padding: 0; text-align: center }
.blank td { width: 12mm; height: 8mm; border: 1px dotted gray }
.key { break-inside: avoid; border-top: 1px solid gray; font-size: 9pt; line-height: 1.1 }
.key td { width: 7mm; height: 4mm }
"""


def relu(Z):
    return np.where(Z > 0, Z, 0 * Z)


def loss(Z2, Y):
    return ((Z2 - Y) ** 2).sum() / (2 * Y.shape[1])


def answers(given):
    """Return the key of what a sheet gives: arrays of fractions, and losses."""
    X, Y, W1, b1, W2, b2 = (given[name] + Fraction() for name in ("X", "Y", "W1", "b1", "W2", "b2"))
    Z1 = W1 @ X + b1
    A1 = relu(Z1)
    Z2 = W2 @ A1 + b2
    dZ2 = (Z2 - Y) / Y.shape[1]
    dA1 = W2.T @ dZ2
    dZ1 = dA1 * (A1 > 0)
    dW1, dW2 = dZ1 @ X.T, dZ2 @ A1.T
    db1, db2 = dZ1.sum(axis=1, keepdims=True), dZ2.sum(axis=1, keepdims=True)
    key = {"Z1": Z1, "A1": A1, "Z2": Z2, "J": loss(Z2, Y), "dZ2": dZ2, "dW2": dW2, "db2": db2}
    key |= {"dA1": dA1, "dZ1": dZ1, "dW1": dW1, "db1": db1, "new W2": W2 - ALPHA * dW2}
    first = np.zeros_like(W2)
    first[0, 0] = 1
    for name, step in (("above", first), ("below", -first)):
        key[name] = loss((W2 + step) @ A1 + b2, Y)
    return key


def is_good(given):
    """Whether no number is at the kink of ReLU, each image silences a neuron, and each neuron speaks."""
    Z1 = given["W1"] @ given["X"] + given["b1"]
    speaks = Z1 > 0
    return (
        Z1.all()
        and (speaks.any(axis=0) & ~speaks.all(axis=0)).all()
        and speaks.any(axis=1).all()
        and given["W1"].any(axis=1).all()
    )


def has_whole_slopes(given):
    """Whether each output is off by an even number, half of which is the slope, and no image is a tie."""
    Z2 = given["W2"] @ relu(given["W1"] @ given["X"] + given["b1"]) + given["b2"]
    error = Z2 - given["Y"]
    return error.all() and not (error % 2).any() and (Z2[0] != Z2[1]).all()


def is_small(key):
    """Whether all answers are small, and the slopes that the sheet asks about are not 0."""
    numbers = np.concatenate([np.ravel(answer) for answer in key.values()])
    return max(abs(numbers)) <= LARGEST and key["dW1"].any(axis=1).all() and key["dW2"][0, 0] != 0


def draw(count, seed):
    """Return `count` pairs (given, key), no two of them with the same Z1 or dW1."""
    rng, sheets, seen = np.random.default_rng(seed), [], set()

    def entries(*names):
        ranges = {name: VALUES.get(name, (-2, 2)) for name in names}
        return {name: rng.integers(*ranges[name], SHAPES[name], endpoint=True) for name in names}

    while len(sheets) < count:
        first = entries("X", "W1", "b1")
        for _ in range(100 if is_good(first) else 0):
            given = first | entries("W2", "b2") | {"Y": rng.permutation(np.eye(2, dtype=int))}
            if not has_whole_slopes(given):
                continue
            key = answers(given)
            parts = {f"{name} {shown(key[name])}" for name in ("Z1", "dW1")}
            if is_small(key) and not parts & seen:
                check(given, key)
                sheets.append((given, key))
                seen |= parts
                break
    return sheets


def check(given, key):
    """Raise ValueError where the key is not what helpers.network computes, number by number."""
    X, Y, W1, b1, W2, b2 = (given[name] * 1.0 for name in ("X", "Y", "W1", "b1", "W2", "b2"))
    network = [Layer(W1, b1), Layer(W2, b2)]
    A1 = forward_propagation(network, X)[1]
    Z2 = pre_activations(W2, b2, A1)
    (dW1, db1), (dW2, db2) = slopes = backward_propagation(network, [X, A1, Z2], Y)
    computed = {"Z1": pre_activations(W1, b1, X), "A1": A1, "Z2": Z2}
    computed |= {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}
    computed["J"] = ((Z2 - Y) ** 2).sum() / (2 * Y.shape[1])
    computed["new W2"] = update_parameters(network, slopes, float(ALPHA))[1].W.round(9)
    for name, array in computed.items():
        exact = [Fraction(str(x)) for x in np.ravel(array).tolist()]
        if exact != np.ravel(key[name]).tolist():
            raise ValueError(
                f"{name} of the key is {shown(key[name])}, expected {shown(array)}, "
                "as helpers.network computes it"
            )


def shown(answer):
    """Return numbers as they are printed: in decimals, which are exact here."""
    if np.ndim(answer):
        return [shown(part) for part in answer]
    return f"{float(answer):g}".replace("-", "−")


def name_of(symbol):
    """Return a symbol such as dW2 in HTML, with its layer as an index."""
    *words, letters = symbol.split()
    text = letters.rstrip("12")
    index = f"<sub>{letters[len(text) :]}</sub>" if text != letters else ""
    return " ".join([*words, f"<i>{text}</i>{index}"])


def matrix(symbol, rows, *, blank=False):
    """Return a matrix with its name, blank for an answer."""
    cells = [["" if blank else f"{x}" for x in row] for row in shown(rows)]
    lines = "".join(f"<tr><td>{'</td><td>'.join(row)}</td></tr>" for row in cells)
    table = f"<table{' class=blank' if blank else ''}>{lines}</table>"
    return f"<figure><span>{name_of(symbol)} =</span> {table}</figure>"


def row(symbols, values, *, blank=False):
    figures = (matrix(symbol, values[symbol], blank=blank) for symbol in symbols)
    return f'<div class="row">{"".join(figures)}</div>'


def pages(number, given, key):
    """Return the two pages of a sheet."""
    blank = {"values": key, "blank": True}
    head = f"<h1><span>Sheet {number}: {{}}</span><span>Name: ____________________</span></h1>"
    line = "<p>J = ______________________________</p>"
    return f"""<section class="page">{head.format("forward")}
<p>Three pixels, three hidden neurons with ReLU, two outputs. Each column of <i>X</i> is an image, and the 1 in the same
column of <i>Y</i> says which class it is.</p>
{row(["X", "W1", "b1"], given)}{row(["W2", "b2", "Y"], given)}
<h2>1. <i>Z</i><sub>1</sub> = <i>W</i><sub>1</sub><i>X</i> + <i>b</i><sub>1</sub>, then ReLU: what is negative
becomes 0</h2>{row(["Z1", "A1"], **blank)}
<p>Which neuron is silent for which image? ______________________________</p>
<h2>2. <i>Z</i><sub>2</sub> = <i>W</i><sub>2</sub><i>A</i><sub>1</sub> + <i>b</i><sub>2</sub></h2>{row(["Z2"], **blank)}
<p>The larger output is the network's answer. Right for image 0? ____ For image 1? ____</p>
<h2>3. The loss: square every entry of <i>Z</i><sub>2</sub> − <i>Y</i>, add all up, divide by 2<i>m</i>, and
<i>m</i> = 2</h2>{line}
<p>(The notebooks put softmax and cross-entropy here. That takes e<sup>z</sup> and ln, so it is left to the machine; the
slopes on the next page have the same formulas in both.)</p></section>
<section class="page">{head.format("backward")}
<h2>4. <i>dZ</i><sub>2</sub> = (<i>Z</i><sub>2</sub> − <i>Y</i>) / <i>m</i>, &ensp; <i>dW</i><sub>2</sub> =
<i>dZ</i><sub>2</sub><i>A</i><sub>1</sub><sup>T</sup>, &ensp; <i>db</i><sub>2</sub>: the sum of each row of
<i>dZ</i><sub>2</sub></h2>{row(["dZ2", "dW2", "db2"], **blank)}
<h2>5. <i>dA</i><sub>1</sub> = <i>W</i><sub>2</sub><sup>T</sup><i>dZ</i><sub>2</sub>, &ensp; <i>dZ</i><sub>1</sub>: the
same, but 0 where <i>A</i><sub>1</sub> is 0</h2>{row(["dA1", "dZ1"], **blank)}
<h2>6. <i>dW</i><sub>1</sub> = <i>dZ</i><sub>1</sub><i>X</i><sup>T</sup>, &ensp; <i>db</i><sub>1</sub>: the sum of each
row of <i>dZ</i><sub>1</sub></h2>{row(["dW1", "db1"], **blank)}
<h2>7. Check yourself</h2>
<p>Make the top left weight of <i>W</i><sub>2</sub> larger by 1, and compute the loss again; then smaller by 1 instead.
Half of the difference must be the top left slope of <i>dW</i><sub>2</sub>, exactly.</p>
<p>larger by 1: J = __________ &emsp; smaller by 1: J = __________ &emsp; half of the difference: ______</p>
<h2>8. One step: the new <i>W</i><sub>2</sub> = <i>W</i><sub>2</sub> − <i>α</i> <i>dW</i><sub>2</sub>, with
<i>α</i> = {shown(ALPHA)}</h2>{row(["W2"], {"W2": key["new W2"]}, blank=True)}
</section>"""


def key_of(number, key):
    """Return the key of a sheet."""
    losses = f"<i>J</i> = {shown(key['J'])}; larger by 1: {shown(key['above'])}, smaller by 1: {shown(key['below'])}"
    symbols = [["Z1", "A1", "Z2", "dZ2", "db2", "dW2"], ["dA1", "dZ1", "dW1", "db1", "new W2"]]
    rows = "".join(row(names, key) for names in symbols)
    return f'<section class="key"><p><b>Sheet {number}.</b> {losses}</p>{rows}</section>'


def to_print(title, body, style=STYLE):
    """Return a body as an HTML page that is complete in itself."""
    return f"""<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>{style}</style></head><body>
{body}
</body></html>
"""


def document(sheets):
    """Return all sheets, and then their key, as one HTML page."""
    numbered = list(enumerate(sheets, 1))
    body = f"""{"".join(pages(number, given, key) for number, (given, key) in numbered)}
<h1>Key: pages from {2 * len(sheets) + 1} on, not for learners</h1>
{"".join(key_of(number, key) for number, (_, key) in numbered)}"""
    return to_print(f"A network by hand: {len(sheets)} sheets", body)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--class", dest="count", type=int, default=30, help="how many sheets: 30")
    parser.add_argument("--seed", type=int, default=0, help="another number gives other sheets")
    parser.add_argument("--to", type=Path, default=ROOT / "build" / "worksheets.html")
    options = parser.parse_args(arguments)
    if not 1 <= options.count <= 500:
        parser.error(f"--class is {options.count}, expected a number from 1 to 500")
    replace_file(options.to, document(draw(options.count, options.seed)).encode("utf8"))
    print(
        f"{options.to}: {options.count} sheets of two pages, then the key; print it on A4 or Letter"
    )


if __name__ == "__main__":
    main()
