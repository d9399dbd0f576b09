"""The preprocessing: what a network loses when MNIST's test images pass through it, and why."""

import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.testing import assert_allclose, assert_array_equal
from PIL import Image

from helpers.data import load_dataset
from helpers.drawing import draw_strokes, sample_strokes
from helpers.evaluation import accuracy, make_predictions
from helpers.internals.image_files import read_image
from helpers.internals.mnist_files import read_idx
from helpers.plots import plot_stages
from helpers.preprocessing import (
    center,
    crop,
    find_ink,
    preprocess,
    resize,
    scale_to_fit,
    to_gray,
)
from helpers.storage import load_parameters
from measurements.pictures import SCENES, as_jpeg, counts, drawing
from measurements.pictures import photograph as photograph_scene

PROJECT = Path(__file__).parents[2]
REAL_FILES = PROJECT.parent / "shared" / "data" / "mnist"
COUNT = 1000


@pytest.fixture(scope="module")
def network():
    return load_parameters(PROJECT / "notebooks" / "models" / "digits_network.npz")


@pytest.fixture(scope="module")
def digits():
    """Images (m, 28, 28) and labels of MNIST's test set, or of the bundled digits without it."""
    if REAL_FILES.is_dir():
        images = read_idx(REAL_FILES / "t10k-images-idx3-ubyte.gz", dimensions=3) / 255
        labels = read_idx(REAL_FILES / "t10k-labels-idx1-ubyte.gz", dimensions=1)
    else:
        bundled = load_dataset("digits")
        images, labels = bundled.X.T.reshape(-1, 28, 28), bundled.labels
    chosen = np.random.default_rng(0).permutation(len(labels))[:COUNT]
    return images[chosen], labels[chosen]


def paste(image, rng, size):
    """The image in `size` pixels, somewhere on a canvas up to three times as wide: ink is 1."""
    enlarged = np.asarray(
        Image.fromarray(image.astype(np.float32)).resize((size, size), Image.Resampling.BILINEAR)
    )
    canvas = np.zeros(rng.integers(size + 4, 3 * size, 2))
    top, left = rng.integers(0, np.array(canvas.shape) - size)
    canvas[top : top + size, left : left + size] = enlarged.clip(0, 1)
    return canvas


def photograph(ink, rng):
    """A photo of dark ink on paper, in light that falls off to one side: noisy, never black."""
    height, width = ink.shape
    light = 0.75 - 0.3 * np.arange(width) / width - 0.1 * np.arange(height)[:, None] / height
    return (light * (1 - 0.7 * ink) + rng.normal(0, 0.02, ink.shape)).clip(0, 1)


def lost(network, digits, picture, count):
    """The accuracy, a fraction, that is lost on the way through picture(image) and preprocess."""
    images, labels = digits[0][:count], digits[1][:count]
    originals = images.reshape(count, -1).T
    passed = np.hstack([preprocess(picture(image)).x for image in images])
    before, after = (accuracy(make_predictions(network, X), labels) for X in (originals, passed))
    assert before > 0.85
    return round(before - after, 9)


@pytest.mark.parametrize(
    ("size", "inverted"),
    [(22, False), (22, True), (28, False), (28, True), (40, True), (64, False), (100, True)],
)
def test_pasted_digits_lose_at_most_two_points(network, digits, size, inverted):
    rng = np.random.default_rng(size)

    def picture(image):
        canvas = paste(image, rng, size)
        return 1 - canvas if inverted else canvas

    assert lost(network, digits, picture, COUNT if size <= 40 else 400) <= 0.02


@pytest.mark.parametrize("size", [40, 90])
def test_photographed_digits_lose_at_most_two_points(network, digits, size):
    rng = np.random.default_rng(size)
    assert (
        lost(network, digits, lambda image: photograph(paste(image, rng, size), rng), 300) <= 0.02
    )


def test_without_the_preprocessing_most_pasted_digits_are_lost(network, digits):
    rng = np.random.default_rng(0)
    images, labels = digits
    X = np.stack([resize(paste(image, rng, 28), (28, 28)).ravel() for image in images], axis=1)
    assert accuracy(make_predictions(network, X), labels) < 0.4


def test_a_digit_of_mnist_passes_almost_unchanged(digits):
    images = digits[0][:200]
    passed = np.stack([preprocess(image).x.reshape(28, 28) for image in images])
    changed = np.abs(passed - images).max(axis=(1, 2))
    assert np.median(changed) < 0.05
    assert (
        changed > 0.35
    ).mean() < 0.05  # a few have a pale row at the edge, lose it, and are scaled up


@pytest.mark.parametrize("pen", [4, 20, 30])
@pytest.mark.parametrize("light_on_dark", [False, True])
def test_photos_of_thin_and_thick_pens_are_recognized(network, pen, light_on_dark):
    rng = np.random.default_rng(pen)
    found = []
    for digit in range(10):
        ink = np.zeros((600, 800))
        ink[150:450, 300:600] = 1 - draw_strokes(sample_strokes(digit), side=300, pen=pen)
        for top, left in rng.integers(0, 590, (10, 2)):
            ink[top : top + 4, left : left + 4] = 1  # crumbs
        photo = photograph(ink, rng)
        found.append(
            make_predictions(network, preprocess(1 - photo if light_on_dark else photo).x)[0]
        )
    assert found == list(range(10))


def test_stages_tell_what_was_done_and_end_in_x():
    x, stages = preprocess(draw_strokes(sample_strokes(7), side=140))
    assert [stage.name for stage in stages] == ["gray", "ink", "cropped", "scaled", "centered"]
    assert "140 × 140" in stages[0].note
    assert "inverted" in stages[1].note
    assert max(stages[3].image.shape) == 20
    height, width = stages[2].image.shape
    assert_allclose(stages[3].image.shape[1] / 20, width / height, atol=0.5 / 20)
    assert x.shape == (784, 1)
    assert_array_equal(x.reshape(28, 28), stages[4].image)
    assert "kept" in preprocess(1 - draw_strokes(sample_strokes(7))).stages[1].note


@given(
    st.integers(0, 2**32 - 1),
    st.tuples(st.integers(1, 40), st.integers(1, 40)),
    st.integers(1, 4),
    st.booleans(),
)
@settings(max_examples=200)
def test_any_picture_gives_a_digit_or_a_sentence(seed, shape, levels, smooth):
    rng = np.random.default_rng(seed)
    image = rng.integers(0, levels + 1, shape) / levels * rng.random()
    image = np.cumsum(image, axis=0) / max(1, np.cumsum(image, axis=0).max()) if smooth else image
    try:
        x, _ = preprocess(image)
    except ValueError as error:
        assert len(str(error)) > 20  # noqa: PT017
    else:
        assert x.shape == (784, 1)
        assert 0 <= x.min() <= x.max() <= 1
        assert x.max() > 0.05


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.ones((60, 80)), "blank"),
        (np.full((60, 80, 3), 255, np.uint8), "blank"),
        (1 - 0.05 * (1 - draw_strokes(sample_strokes(3))), "too faint.*5%.*expected 8%"),
        (
            np.random.default_rng(0).normal(0.6, 0.03, (300, 400)).clip(0, 1),
            "no digit stands out: the background is as restless",
        ),
        (np.random.default_rng(0).random((200, 200)), "no digit stands out"),
        (np.zeros((20_000, 20_000), bool), "at most 60 million"),
        (np.ones((1, 100)), "at least 2 × 4"),
        (np.ones((3, 28, 28)), r"shape \(3, 28, 28\), expected \(height, width\) or"),
        (np.ones((3, 28, 28)), r"transpose\(1, 2, 0\)"),
        (np.ones((1, 28, 28)), r"squeeze\(\)"),
        (np.ones((28, 28, 4)), r"\[\.\.\., :-1\] drops the transparency"),
        (np.ones(784), r"shape \(784,\), .* x\.reshape\(28, 28\)"),
        (np.ones((784, 1)), r"shape \(784, 1\), .* x\.reshape\(28, 28\)"),
        (np.full((28, 28), 255.0), "expected 0 to 1 for float64; divide by 255"),
        (np.full((28, 28), -1), "from -1 to -1, expected 0 to 255"),
        (np.full((28, 28), np.nan), "nan"),
    ],
)
def test_pictures_that_cannot_be_read_are_explained(image, words):
    with pytest.raises(ValueError, match=words):
        preprocess(image)


def test_ink_all_over_the_picture_is_explained():
    rng = np.random.default_rng(0)
    photo = np.full((100, 100), 0.8)
    photo[5:95, 5:95] = 0.2
    with pytest.raises(ValueError, match="leave some background"):
        preprocess((photo + rng.normal(0, 0.02, photo.shape)).clip(0, 1))


@pytest.mark.parametrize("name", SCENES)
def test_digits_are_read_in_every_scene(network, name):
    rng = np.random.default_rng(3)
    photos = [photograph_scene(SCENES[name], digit, rng, side=300, pen=20) for digit in range(10)]
    found, _ = counts([as_jpeg(photos[0]), *photos[1:]], range(10), {"small": network})
    right, refused, wrong_and_sure = found["small"]
    assert right + refused * (name == "bright table all around") >= 9
    assert wrong_and_sure == 0


@pytest.mark.parametrize("pen", [1, 2, 4, 8, 30])
def test_drawings_with_any_pen_are_read(network, pen):
    found, _ = counts([drawing(digit, pen) for digit in range(10)], range(10), {"small": network})
    assert found["small"][0] >= 9


@pytest.mark.parametrize("places", [(0, 300), (0, 280, 560)])
def test_several_digits_side_by_side_are_refused(places):
    picture = np.ones((300, 900))
    for digit, left in zip((1, 7, 3), places, strict=False):
        picture[:280, left : left + 280] = draw_strokes(sample_strokes(digit), side=280)
    with pytest.raises(ValueError, match=f"seem to be {len(places)} digits side by side"):
        preprocess(picture)


def test_frames_title_bars_and_dots_of_a_drawing_go(network):
    plain = draw_strokes(sample_strokes(4), side=400)
    framed, barred, dotted, bordered = (plain.copy() for _ in range(4))
    for inset, picture in ((10, framed), (0, bordered)):
        away = np.minimum.outer(*2 * [np.minimum(np.arange(400), np.arange(400)[::-1])])
        picture[(away >= inset) & (away < inset + 6)] = 0
    barred[:30, :380] = 0.25
    dotted[380:390, 380:390] = 0
    expected = preprocess(plain).x
    for picture in (framed, barred, dotted):
        assert_allclose(preprocess(picture).x, expected)
    assert make_predictions(network, preprocess(bordered).x)[0] == 4


def test_pale_pencil_on_gray_paper_is_read(network):
    ink = 1 - draw_strokes(sample_strokes(7), side=300, pen=10)
    noise = np.random.default_rng(0).normal(0, 2 / 255, ink.shape)
    assert make_predictions(network, preprocess(170 / 255 - ink * 25 / 255 + noise).x)[0] == 7


def test_doubts_are_sentences_and_a_plain_digit_has_none():
    assert preprocess(draw_strokes(sample_strokes(7))).doubts == ()
    five = [[(180, 50), (100, 50)], [(90, 100), (190, 150), (180, 220), (80, 220)]]
    for strokes, pen, words in [
        (five, 20, "2 patches of ink"),
        (sample_strokes(7), 2, "were thin"),
        (sample_strokes(8), 70, "strokes are thick"),
        ([[(-20, 50), (200, 50), (120, 230)]], 20, "runs out of the picture"),
    ]:
        doubts = preprocess(draw_strokes(strokes, side=280, pen=pen)).doubts
        assert any(words in doubt for doubt in doubts), (doubts, words)


def test_black_and_white_integers_and_half_precision_are_taken():
    picture = draw_strokes(sample_strokes(2))
    expected = preprocess(picture).x
    assert_allclose(preprocess(picture.astype(np.float16)).x, expected, atol=1e-2)
    assert_allclose(preprocess((picture > 0.5).astype(int)).x, preprocess(picture > 0.5).x)


@pytest.mark.parametrize("picture", ["7.png", None, Path("7.png"), b"", ["a"]])
def test_what_is_no_array_is_refused_with_the_way_out(picture):
    with pytest.raises(TypeError, match=r"the picture (is .*read_image|holds)"):
        preprocess(picture)


def test_gray_weighs_the_colors_as_the_eye_does():
    colors = np.zeros((4, 4, 3))
    colors[:2] = [1, 0, 0]
    assert_allclose(to_gray(colors)[0, 0], 0.299)
    assert_allclose(to_gray(np.full((4, 4, 3), 255, np.uint8)), 1)


def test_faint_gray_edges_of_a_drawing_are_kept_and_paper_is_zero():
    gray = np.full((30, 30), 0.9)
    gray[10:20, 10:20] = 0.1
    gray[10:20, 20] = 0.5
    gray[10:20, 21] = 0.88
    ink, _ = find_ink(gray)
    assert_allclose(ink[15, [9, 10, 20, 21]], [0, 1, 0.5, 0])


def test_a_stroke_from_edge_to_edge_is_ink_and_not_background():
    light = np.linspace(0.5, 0.8, 60) + np.zeros((50, 1))
    for darker in (0.2, 0.45):
        gray = light.copy()
        gray[20:30] -= darker
        ink, note = find_ink(gray)
        assert_array_equal(ink, np.repeat([0, 1, 0], [20, 10, 20])[:, np.newaxis] + np.zeros(60))
        assert "Otsu" in note


def test_specks_and_table_edges_go_and_both_parts_of_a_five_stay():
    ink = np.zeros((300, 300))
    ink[100:200, 140:150] = 1  # a stroke
    ink[90:96, 160:200] = 1  # its bar, apart
    kept = ink.copy()
    ink[20:24, 20:24] = 1  # a crumb
    ink[:, 290:] = 1  # the edge of the table
    assert_array_equal(find_ink(photograph(ink, np.random.default_rng(0)))[0], kept)


@pytest.mark.parametrize(("pen", "thickened"), [(4, True), (30, False)])
def test_only_thin_strokes_of_a_photo_are_thickened(pen, thickened):
    ink = np.zeros((400, 400))
    ink[50:350, 50:350] = 1 - draw_strokes(sample_strokes(2), side=300, pen=pen)
    found, note = find_ink(photograph(ink, np.random.default_rng(0)))
    assert ("thickened" in note) == thickened
    assert (found.sum() > 2 * (ink > 0.5).sum()) == thickened


def test_resizing_keeps_a_constant_and_the_mean_and_makes_gray_edges():
    rng = np.random.default_rng(0)
    assert_allclose(resize(np.full((37, 53), 0.3), (20, 11)), 0.3)
    assert resize(rng.random((400, 300)), (20, 15)).mean() == pytest.approx(0.5, abs=0.02)
    image = rng.random((20, 14))
    assert_allclose(resize(image, (20, 14)), image)
    step = np.repeat([[0.0, 1.0]], [35, 45], axis=1)
    assert np.any((resize(step, (1, 16)) > 0.1) & (resize(step, (1, 16)) < 0.9))
    assert scale_to_fit(np.ones((200, 10)), 20).shape == (20, 1)
    assert scale_to_fit(np.ones((3, 10)), 20).shape == (6, 20)


def test_the_center_of_mass_comes_to_row_and_column_14():
    ink = np.zeros((20, 12))
    ink[0, 0], ink[4, 2] = 1, 3
    picture, note = center(ink)
    rows, columns = np.nonzero(picture)
    assert (
        np.average(rows, weights=picture[rows, columns]),
        np.average(columns, weights=[1, 3]),
    ) == (11, 13.5)
    assert (
        "as near as it fits" in note
    )  # a long empty part would hang over the edge: it stops there
    assert "8 from the top" in note
    centered, note = center(np.ones((5, 7)))
    assert "in the middle of 28 × 28: 11 px from the left, 12 from the top" in note
    assert_array_equal(np.argwhere(centered)[[0, -1]], [[12, 11], [16, 17]])
    with pytest.raises(ValueError, match="no ink"):
        crop(np.zeros((4, 4)))


def saved(image, kind="PNG", **options):
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def test_files_of_many_kinds_are_read_as_the_same_picture(tmp_path):
    values = (255 * draw_strokes(sample_strokes(2))).astype(np.uint8)
    gray = Image.fromarray(values)
    for kind in ("PNG", "GIF", "BMP", "TIFF"):
        assert_allclose(read_image(saved(gray, kind)), values / 255, atol=1e-6)
    assert_allclose(read_image(saved(gray, "JPEG", quality=95)), values / 255, atol=0.15)
    assert_allclose(
        read_image(saved(Image.fromarray(values.astype(np.uint16) * 257))), values / 255, atol=1e-2
    )
    (tmp_path / "two.png").write_bytes(saved(gray.convert("RGB")))
    assert_allclose(read_image(tmp_path / "two.png"), values / 255, atol=1e-6)
    assert max(read_image(saved(gray.resize((3000, 1500)))).shape) == 800


def test_a_phone_s_photo_is_turned_upright():
    image = Image.new("L", (40, 20), 255)
    image.putpixel((0, 0), 0)
    exif = Image.Exif()
    exif[0x0112] = 6  # "turn right by 90 degrees"
    gray = read_image(saved(image, "PNG", exif=exif))
    assert gray.shape == (40, 20)
    assert gray[0, 19] < 0.5


@pytest.mark.parametrize("shade", [0, 255])
def test_transparent_background_becomes_the_other_color_than_the_ink(network, shade):
    ink = (255 * (1 - draw_strokes(sample_strokes(5)))).astype(np.uint8)
    layers = np.dstack([np.full((*ink.shape, 3), shade, np.uint8), ink])
    gray = read_image(saved(Image.fromarray(layers)))
    assert make_predictions(network, preprocess(gray).x)[0] == 5


def test_files_that_are_no_pictures_are_explained(tmp_path):
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (90, 90), dtype=np.uint8))
    (tmp_path / "cut.png").write_bytes(saved(noise)[:2000])
    for source, words in [
        (b"", "is empty"),
        (b"label,pixel0\n1,2\n", "not a picture.*PNG or JPEG"),
        (saved(noise, "JPEG")[:1500], "damaged"),
        (tmp_path / "cut.png", "cut.png is a damaged picture"),
        (saved(Image.new("1", (9000, 9000))), "9000 × 9000 pixels, expected at most 60 million"),
        (bytes(60_000_001), "more than 60 MB"),
    ]:
        with pytest.raises(ValueError, match=words):
            read_image(source)
    with pytest.raises(FileNotFoundError):
        read_image(tmp_path / "none.png")
    with pytest.raises(IsADirectoryError):
        read_image(tmp_path)


def test_the_figure_of_the_stages_says_in_words_what_it_shows():
    stages = preprocess(draw_strokes(sample_strokes(7))).stages
    figure = plot_stages(stages, np.eye(10)[7], title="A seven")
    assert len(figure.axes) == 6
    assert figure.alt.startswith("A seven. 5 stages: gray (140 × 140 pixels")
    assert figure.alt.endswith("The network says 7 (100 %).")
    assert len(plot_stages(stages[2:]).axes) == 3
    with pytest.raises(ValueError, match="no stage"):
        plot_stages([])
    with pytest.raises(ValueError, match="one image's column"):
        plot_stages(stages, np.ones((10, 2)) / 10)


def test_symmetric_ink_is_centered_the_same_way_whatever_the_last_bit_of_a_sum():
    ink = np.ones((20, 9))
    ink[:, 4] = 0.7
    places = set()
    for tilt in (0, 1e-12, -1e-12):
        tilted = ink.copy()
        tilted[:, 0] += tilt
        tilted[0] += tilt
        picture, _ = center(tilted)
        places.add((picture.any(axis=1).argmax(), picture.any(axis=0).argmax()))
    assert len(places) == 1
    half = np.ones((19, 20))  # balances at 9 and at 9.5
    assert {center(half + tilt * np.eye(19, 20))[1] for tilt in (0, 1e-13, -1e-13)} == {
        center(half)[1]
    }
