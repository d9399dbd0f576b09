"""How well preprocess brings photos to MNIST's form: ten digits in generated scenes, and pens.

`python -m measurements.pictures` prints, for the small network and the best, how many digits of
each scene are read, refused, and wrong although the network is sure (over 60 %).
"""

import io
from functools import partial
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.data import load_dataset, split
from helpers.drawing import draw_strokes, sample_strokes
from helpers.evaluation import make_predictions, predict_probabilities
from helpers.internals.image_files import read_image
from helpers.preprocessing import preprocess
from helpers.storage import load_parameters

MODELS = Path(__file__).parents[1] / "notebooks" / "models"
PENS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 25, 30)  # pixels, for a digit of 280
SURE = 0.6
NOISE = 6 / 255  # of a camera's pixel, before the picture is made smaller


def sheet(digit, rng, *, side=600, share=0.45, pen=16, margin=0.2):
    """Return a digit's ink on a sheet of side × side, 0 to 1, and coordinates y, x from 0 to 1."""
    size = round(side * share)
    ink = np.zeros((side, side))
    low, high = margin * side, (1 - margin) * side - size
    top, left = np.sort(rng.uniform(low, max(low + 1, high), 2)).astype(int)
    ink[top : top + size, left : left + size] = 1 - draw_strokes(
        sample_strokes(digit), side=size, pen=pen
    )
    return ink, *np.meshgrid(*2 * [np.arange(side) / side], indexing="ij")


def lit(ink, light, paper=0.85, black=0.12):
    """Return what a camera sees of ink on paper in this light, before its noise."""
    return light * (paper * (1 - ink) + black * ink)


def edge(distance, blur):
    """Return 0 before an edge and 1 behind it; blur is its width, 0 for a sharp one."""
    return np.clip(distance / max(blur, 1e-3) + 0.5, 0, 1)


def frame(y, x, inset, width=0.008):
    """Return the ink of a printed square, its sides `inset` away from the picture's."""
    away = np.maximum(np.abs(y - 0.5), np.abs(x - 0.5)) - (0.5 - inset)
    return (np.abs(away) < width / 2).astype(float)


def on_table(scene, y, x, paper, rng, table=0.25):
    """Return the scene with a table of wood seen wherever `paper` is 0."""
    grain = 0.03 * np.sin(60 * y + 6 * np.sin(9 * x)) + rng.normal(0, 0.015, y.shape)
    return scene * paper + (table + grain) * (1 - paper)


def even_light(ink, y, x, rng):
    return lit(ink, 0.95)


def fall_off(ink, y, x, rng):
    return lit(ink, 1 - 0.5 * x - 0.15 * y)


def shadow_of_a_hand(ink, y, x, rng):
    return lit(ink, 1 - 0.4 * edge(0.55 - x - 0.2 * y + 0.03 * np.sin(9 * y), 0.1))


def squared_paper(ink, y, x, rng):
    lines = (np.minimum(y * 24 % 1, x * 24 % 1) < 0.09) * 0.25
    return lit(np.maximum(ink, lines), 0.95 - 0.1 * x)


def lined_paper(ink, y, x, rng):
    return lit(np.maximum(ink, (y * 12 % 1 < 0.05) * 0.35), 0.95 - 0.1 * y)


def chalkboard(ink, y, x, rng):
    smear = 0.03 * np.sin(5 * x + 3 * np.sin(4 * y))
    chalk = ink * (0.75 + 0.25 * rng.random(ink.shape))
    return 0.18 + smear + 0.05 * x + 0.6 * chalk


def colored_ink(ink, y, x, rng):
    return lit(ink, 0.95 - 0.15 * x, black=rng.choice([0.3, 0.45, 0.6]))


def wood(ink, y, x, rng):
    return lit(ink, 0.9, paper=0.6 + 0.04 * np.sin(40 * y + 5 * np.sin(7 * x)), black=0.1)


def soft_shadow_over_a_third(ink, y, x, rng):
    return lit(ink, 1 - 0.55 * edge(0.33 - x + 0.1 * y, 0.04))


def sharp_shadow_in_a_corner(ink, y, x, rng):
    return lit(ink, 1 - 0.55 * edge(x + y - 1.35, 0))


def shadow_of_a_phone(ink, y, x, rng):
    return lit(ink, 1 - 0.5 * edge(y - 0.55, 0.03) * edge(x - 0.1, 0.03))


def corner_of_a_table(ink, y, x, rng):
    return on_table(lit(ink, 0.95), y, x, edge(x + 0.7 * y - 0.3, 0.004), rng)


def table_on_two_sides(ink, y, x, rng):
    paper = edge(x - 0.15, 0.004) * edge(y - 0.13 - 0.05 * x, 0.004)
    return on_table(lit(ink, 0.95), y, x, paper, rng)


def table_all_around(ink, y, x, rng):
    across, down = x - 0.5 + 0.06 * (y - 0.5), y - 0.5 - 0.06 * (x - 0.5)
    paper = edge(0.4 - np.maximum(np.abs(across), np.abs(down)), 0.004)
    return on_table(lit(ink, 0.95), y, x, paper, rng)


def bright_table_all_around(ink, y, x, rng):
    return on_table(lit(ink, 0.95), y, x, frame(y, x, 0.5, 0.8), rng, table=0.55)


def frame_near_the_edge(ink, y, x, rng):
    return lit(np.maximum(ink, frame(y, x, 0.05)), 0.95 - 0.1 * x)


def box_close_around(ink, y, x, rng):
    places = np.argwhere(ink > 0.5) / len(ink)
    (top, left), (bottom, right) = places.min(axis=0) - 0.06, places.max(axis=0) + 0.06
    away = np.maximum(
        np.abs(y - (top + bottom) / 2) - (bottom - top) / 2,
        np.abs(x - (left + right) / 2) - (right - left) / 2,
    )
    return lit(np.maximum(ink, np.abs(away) < 0.004), 0.95)


def stray_dot(ink, y, x, rng):
    return lit(np.maximum(ink, np.hypot(y - 0.88, x - 0.9) < 0.015), 0.95)


def page_beside(ink, y, x, rng):
    return lit(ink, 1 - 0.12 * y) * (1 - 0.6 * np.exp(-(((x - 0.06) / 0.02) ** 2)))


SCENES = {
    "even light": even_light,
    "light that falls off": fall_off,
    "shadow of a hand": shadow_of_a_hand,
    "squared paper": squared_paper,
    "lined paper": lined_paper,
    "chalkboard": chalkboard,
    "colored ink": colored_ink,
    "wood": wood,
    "soft shadow over a third": soft_shadow_over_a_third,
    "sharp shadow in a corner": sharp_shadow_in_a_corner,
    "shadow of a phone": shadow_of_a_phone,
    "corner of a table": corner_of_a_table,
    "table on two sides": table_on_two_sides,
    "table all around": table_all_around,
    "bright table all around": bright_table_all_around,
    "frame near the edge": frame_near_the_edge,
    "box close around": box_close_around,
    "stray dot": stray_dot,
    "fold of a book": page_beside,
}


def photograph(scene, digit, rng, *, noise=NOISE, **where):
    """Return a photo (height, width), 0 to 1, of a digit in a scene."""
    ink, y, x = sheet(digit, rng, **where)
    return (scene(ink, y, x, rng) + rng.normal(0, noise, ink.shape)).clip(0, 1)


def as_jpeg(gray):
    """Return the picture as read_image gives it after a JPEG file."""
    content = io.BytesIO()
    Image.fromarray((255 * gray).round().astype(np.uint8)).save(content, "JPEG", quality=85)
    return read_image(content.getvalue())


def drawing(digit, pen, slant=0):
    """Return a digit of 280 pixels drawn on a screen of 400 × 400 with a pen of so many pixels."""
    strokes = [[(x + slant * (140 - y), y) for x, y in line] for line in sample_strokes(digit)]
    picture = np.ones((400, 400))
    picture[60:340, 60:340] = draw_strokes(strokes, side=280, pen=pen)
    return picture


def counts(pictures, digits, networks):
    """Return, for each network, how many pictures are right, refused, and wrong and sure."""
    prepared, kept, sentences = [], [], []
    for number, picture in enumerate(pictures):
        try:
            prepared.append(preprocess(picture).x)
            kept.append(number)
        except ValueError as error:
            sentences.append(str(error))
    found = {}
    for name, parameters in networks.items():
        right = sure = 0
        if prepared:
            P = predict_probabilities(parameters, np.hstack(prepared))
            hits = P.argmax(axis=0) == np.array(digits)[kept]
            right, sure = hits.sum(), (~hits & (P.max(axis=0) > SURE)).sum()
        found[name] = (int(right), len(sentences), int(sure))
    return found, sentences


def lost_when_pasted(parameters, count=1000):
    """Return the accuracy, a fraction, on MNIST's digits as they are and after four changes."""
    dev_set = split(load_dataset("digits"), 1000, np.random.default_rng(0))[1]
    images, labels = dev_set.X.T.reshape(-1, 28, 28)[:count], dev_set.labels[:count]
    rng = np.random.default_rng(0)

    def pasted(image, size, inverted):
        enlarged = np.asarray(Image.fromarray(image.astype(np.float32)).resize((size, size)))
        canvas = np.zeros((2 * size, 2 * size))
        top, left = rng.integers(0, size, 2)
        canvas[top : top + size, left : left + size] = enlarged.clip(0, 1)
        return 1 - canvas if inverted else canvas

    changes = {
        "passed through preprocess": lambda image: image,
        "off-center": partial(pasted, size=28, inverted=False),
        "22 pixels, inverted": partial(pasted, size=22, inverted=True),
        "100 pixels, inverted": partial(pasted, size=100, inverted=True),
    }
    X = images.reshape(len(images), -1).T
    accuracies = {"as they are": (make_predictions(parameters, X) == labels).mean()}
    for name, change in changes.items():
        right = refused = 0
        for image, label in zip(images, labels, strict=True):
            try:
                x = preprocess(change(image)).x
            except ValueError:
                refused += 1
            else:
                right += make_predictions(parameters, x)[0] == label
        accuracies[name] = right / len(images)
        if refused:
            accuracies[f"{name}: refused"] = refused / len(images)
    return accuracies


def main():
    """Print all tables."""
    networks = {
        name: load_parameters(MODELS / f"{name}.npz")
        for name in ("digits_network", "mnist_network")
    }
    total = {name: np.zeros(3, int) for name in networks}
    print("right, refused, wrong and sure of 10; as arrays and as JPEG files")
    for title, scene in SCENES.items():
        for kind, change in (("array", lambda gray: gray), ("JPEG", as_jpeg)):
            rng = np.random.default_rng(0)
            pictures = [change(photograph(scene, digit, rng)) for digit in range(10)]
            found, sentences = counts(pictures, range(10), networks)
            for name in networks:
                total[name] += found[name]
            print(f"{title:26} {kind:5}", *found.values(), *set(sentences))
    print("all scenes", *map(str, total.values()))
    print("right, refused, wrong and sure of 30: drawn with a pen of so many pixels")
    for pen in PENS:
        pictures = [drawing(digit, pen, slant) for slant in (-0.15, 0, 0.2) for digit in range(10)]
        found, sentences = counts(pictures, [*range(10)] * 3, networks)
        print(f"{pen:3} px", *found.values(), *set(sentences))
    print("MNIST's digits, small network:")
    for name, value in lost_when_pasted(networks["digits_network"]).items():
        print(f"{name:32} {value:.3f}")


if __name__ == "__main__":
    main()
