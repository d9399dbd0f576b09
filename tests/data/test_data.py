"""Data sets: what a Dataset admits, how it is divided, and what the bundled files hold."""

import gzip
import hashlib
import re
import runpy
from pathlib import Path

import numpy as np
import pytest

from helpers.data import Dataset, find_file, load_csv, load_dataset, split

DATA = Path(__file__).parents[2] / "data"
BUILD = runpy.run_path(str(DATA / "build_data.py"))


@pytest.fixture(scope="module")
def digits():
    return load_dataset("digits")


def with_value(value):
    X = np.full((6, 7), 0.5)
    X[2, 3] = value
    return X


def small(m=7, **changes):
    rows = np.random.default_rng(1).random((m, 6))
    arguments = {
        "X": rows.T,
        "labels": np.arange(m) % 3,
        "class_names": ("a", "b", "c"),
        "image_shape": (2, 3),
    }
    return Dataset(**(arguments | changes))


def test_dataset_knows_its_length_and_describes_itself_in_one_line():
    dataset = small()
    assert len(dataset) == 7
    assert repr(dataset) == "Dataset(7 images of 2×3 pixels, 3 classes, float64)"
    assert "no labels" in repr(small(labels=None))


def test_a_dataset_is_of_digits_of_28_by_28_pixels_unless_told_otherwise():
    dataset = Dataset(np.zeros((784, 3)))
    assert (dataset.labels, dataset.class_names, dataset.image_shape) == (
        None,
        tuple("0123456789"),
        (28, 28),
    )


def test_lists_become_tuples_so_that_a_dataset_stays_as_it_is():
    names, shape = ["a", "b", "c"], [2, 3]
    dataset = small(class_names=names, image_shape=shape)
    assert (dataset.class_names, dataset.image_shape) == (("a", "b", "c"), (2, 3))
    with pytest.raises(AttributeError):
        dataset.labels = None


def test_subset_takes_columns_with_their_labels_row_after_row_in_memory():
    dataset = small()
    part = dataset.subset([5, 0, 5])
    np.testing.assert_array_equal(part.X, dataset.X[:, [5, 0, 5]])
    np.testing.assert_array_equal(part.labels, dataset.labels[[5, 0, 5]])
    assert part.X.T.flags.c_contiguous
    assert not np.shares_memory(part.X, dataset.X)
    assert (part.class_names, part.image_shape) == (dataset.class_names, dataset.image_shape)


def test_subset_takes_masks_and_slices_and_sets_without_labels():
    dataset = small()
    assert len(dataset.subset(dataset.labels == 0)) == 3
    np.testing.assert_array_equal(dataset.subset(slice(1, 6, 2)).X, dataset.X[:, 1:6:2])
    assert dataset.subset(slice(1, 6, 2)).X.T.flags.c_contiguous
    assert small(labels=None).subset([1]).labels is None
    with pytest.raises(IndexError):
        dataset.subset([7])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"X": np.zeros((7, 6))},
            r"^X has 7 rows, expected 6 for image_shape \(2, 3\); .* pass X\.T$",
        ),
        ({"X": np.zeros((7, 6)), "labels": None}, r"pass X\.T$"),
        ({"X": np.zeros((7, 5))}, r"^X has 7 rows.*pass X\.T$"),  # labels for 7 examples
        ({"X": np.zeros((4, 7))}, r"^X has 4 rows, expected 6 for image_shape \(2, 3\)$"),
        ({"X": np.zeros(6)}, r"^X has shape \(6,\), expected \(6, m\), one column per image$"),
        ({"X": np.full((6, 7), 255.0)}, "^X has values from 255 to 255, expected 0 to 1; divide"),
        ({"X": with_value(-0.1)}, r"^X has values from -0\.1 to 0\.5, expected 0 to 1"),
        ({"X": with_value(1.5)}, r"^X has values from 0\.5 to 1\.5, expected 0 to 1"),
        ({"X": with_value(1 + 1e-7)}, r"^X has values from 0\.5 to 1\.0000001, .* np\.clip\(X"),
        ({"X": with_value(-1.0)}, r"^X has values from -1 to 0\.5, .* shifted or standardized"),
        ({"X": with_value(np.nan)}, "^X holds nan, first in column 3, row 2, expected numbers"),
        (
            {"labels": np.zeros(5, int)},
            r"^labels have shape \(5,\), expected \(7,\), one per column",
        ),
        ({"labels": np.zeros((1, 7), int)}, r"^labels have shape \(1, 7\), .*; labels\.ravel\(\)"),
        ({"labels": np.eye(3, dtype=int)}, r"^labels have shape .* labels\.argmax\(axis=0\)"),
        ({"labels": np.zeros(6, int)}, r"^labels have shape \(6,\), .* pass X\.T$"),
        ({"labels": np.full(7, 3)}, "^labels are from 3 to 3, expected 0 to 2 for 3 class names$"),
        ({"labels": np.array([0, 1, 2, -1, 0, 0, 0])}, "^labels are from -1 to 2, expected 0 to 2"),
        ({"image_shape": (2, 3, 1)}, r"^image_shape is \(2, 3, 1\), expected \(height, width\)"),
    ],
)
def test_dataset_refuses_what_does_not_fit_together(changes, sentence):
    with pytest.raises(ValueError, match=sentence):
        small(**changes)


def test_a_dataset_may_be_empty():
    assert len(small(m=0)) == len(small(m=0, labels=None)) == 0


def test_split_is_disjoint_complete_and_repeatable():
    m = 50
    rows = np.arange(m * 6).reshape(m, 6) / (m * 6)
    dataset = Dataset(rows.T, np.arange(m), tuple(map(str, range(m))), (2, 3))
    train_set, dev_set = split(dataset, 13, np.random.default_rng(0))
    assert (len(train_set), len(dev_set)) == (37, 13)
    together = np.concatenate([train_set.labels, dev_set.labels])
    np.testing.assert_array_equal(np.sort(together), np.arange(m))
    assert not np.array_equal(together, np.arange(m)), "the examples are shuffled"
    for part in (train_set, dev_set):
        np.testing.assert_array_equal(part.X, dataset.X[:, part.labels])
        assert part.X.T.flags.c_contiguous
    again = split(dataset, 13, np.random.default_rng(0))
    np.testing.assert_array_equal(again[1].labels, dev_set.labels)
    other = split(dataset, 13, np.random.default_rng(1))
    assert not np.array_equal(other[1].labels, dev_set.labels)


def test_split_keeps_dtype_and_works_without_labels():
    train_set, dev_set = split(
        small(X=np.zeros((6, 7), np.float32), labels=None), 2, np.random.default_rng(0)
    )
    assert train_set.X.dtype == np.float32
    assert dev_set.labels is None


@pytest.mark.parametrize("dev_size", [1, 6, np.int64(3)])
def test_split_leaves_at_least_one_example_on_each_side(dev_size):
    train_set, dev_set = split(small(), dev_size, np.random.default_rng(0))
    assert (len(dev_set), len(train_set)) == (dev_size, 7 - dev_size)


@pytest.mark.parametrize(
    ("name", "shape", "side", "counts"),
    [
        ("digits", (784, 5000), 28, [500] * 10),
        ("fashion", (784, 5000), 28, [500] * 10),
        ("digits-8x8", (64, 1797), 8, [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    ],
)
def test_bundled_sets(name, shape, side, counts):
    dataset = load_dataset(name)
    assert dataset.X.shape == shape
    assert dataset.X.dtype == np.float64
    assert dataset.X.T.flags.c_contiguous
    assert (dataset.X.min(), dataset.X.max()) == (0, 1)
    assert dataset.image_shape == (side, side)
    assert np.bincount(dataset.labels).tolist() == counts
    assert len(dataset.class_names) == 10


def test_digits_are_shuffled_and_each_image_is_there_once(digits):
    assert len(set(digits.labels[:100].tolist())) == 10
    assert len({row.tobytes() for row in digits.X.T}) == 5000


def test_classes_are_named():
    fashion = "T-shirt/top, Trouser, Pullover, Dress, Coat, Sandal, Shirt, Sneaker, Bag, Ankle boot"
    assert load_dataset("fashion").class_names == tuple(fashion.split(", "))
    for name in ("digits", "digits-8x8"):
        assert load_dataset(name).class_names == tuple("0123456789")


def test_checksums_in_the_readme_are_those_of_the_files():
    text = (DATA / "README.md").read_text(encoding="utf-8")
    for name in ("digits.csv.gz", "fashion.csv.gz", "digits_8x8.csv.gz"):
        content = (DATA / name).read_bytes()
        section = text.split(f"## `{name}`")[1].split("\n## ")[0]
        sums = re.findall(r"\b[0-9a-f]{64}\b", section)
        assert sums == [hashlib.sha256(c).hexdigest() for c in (content, gzip.decompress(content))]


@pytest.mark.parametrize("name", ["digits.csv.gz", "fashion.csv.gz", "digits_8x8.csv.gz"])
def test_build_script_writes_the_layout_of_the_bundled_files(name):
    text = gzip.decompress((DATA / name).read_bytes())
    table = np.loadtxt(text.decode().splitlines()[:51], delimiter=",", skiprows=1, dtype=int)
    rebuilt = BUILD["csv_gz"](table[:, 1:], table[:, 0])
    assert gzip.decompress(rebuilt) == b"".join(text.splitlines(keepends=True)[:51])
    assert rebuilt[:8] == b"\x1f\x8b\x08\x00\x00\x00\x00\x00", (
        "neither a file name nor a time in the gzip header"
    )


def test_build_script_picks_the_first_of_each_class():
    chosen = BUILD["first_of_each_class"](np.array([2, 0, 0, 1, 2, 0, 1, 1, 2]), 2)
    assert chosen.tolist() == [0, 1, 2, 3, 4, 6]
    with pytest.raises(ValueError, match="at least 4 examples"):
        BUILD["first_of_each_class"](np.array([0, 0, 0]), 4)


def test_load_dataset_reads_from_another_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("NEURAL_NETWORK_DATA", str(tmp_path))
    # a folder for the full sets alone does not hide the bundled ones
    assert len(load_dataset("digits")) == 5000
    image = np.pad(np.full((20, 20), 255), 4).ravel()
    (tmp_path / "digits.csv.gz").write_bytes(
        BUILD["csv_gz"](np.stack([image] * 3), np.array([1, 2, 3]))
    )
    assert load_dataset("digits").labels.tolist() == [1, 2, 3]


# A notebook runs in any folder


PROJECT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("folder", "data", "model"),
    [
        ("notebooks", "../data/digits.csv.gz", "models/digits_network.npz"),
        (".", "data/digits.csv.gz", "notebooks/models/digits_network.npz"),
    ],
)
def test_a_file_of_the_project_is_found_from_its_folders_by_a_short_path(
    folder, data, model, monkeypatch
):
    monkeypatch.chdir(PROJECT / folder)
    assert find_file("digits.csv.gz") == Path(data)
    assert find_file("models/digits_network.npz") == Path(model)


def test_a_file_of_the_project_is_found_from_elsewhere_and_a_file_of_your_own_comes_first(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    assert len(load_csv(find_file(Path("digits_8x8.csv.gz")), max_pixel=16)) == 1797
    name = "models/digits_network.npz"
    assert find_file(name) == PROJECT / "notebooks" / name
    (tmp_path / "models").mkdir()
    (tmp_path / name).touch()
    assert find_file(name) == Path(name)


def test_a_file_that_is_nowhere_is_named_with_the_folders_that_were_looked_into(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(
        FileNotFoundError, match=r"no file digit\.csv\.gz in .*notebooks or .*data;"
    ):
        find_file("digit.csv.gz")
