"""Saved networks at the limits: what is just taken, and what is just refused."""

import json
import pickle
from pathlib import Path

import numpy as np
import pytest

from helpers import storage
from helpers.network import initialize_parameters
from helpers.storage import ParameterFileError, load_metadata, load_parameters, save_parameters


def network():
    return initialize_parameters([4, 3, 2], np.random.default_rng(0))


@pytest.mark.parametrize(
    ("suffix", "start"), [(".npz", b"PK"), (".pkl", b"\x80\x04"), (".NPZ", b"PK"), (".Pkl", b"\x80\x04")]
)
def test_paths_may_be_texts_and_suffixes_in_capitals(tmp_path, suffix, start):
    path = save_parameters(str(tmp_path / f"network{suffix}"), network())
    assert path == tmp_path / f"network{suffix}"
    assert isinstance(path, Path)
    assert path.read_bytes().startswith(start)
    np.testing.assert_array_equal(load_parameters(str(path))[1].W, network()[1].W)
    assert load_metadata(str(path))["layer_sizes"] == [4, 3, 2]


@pytest.mark.parametrize("metadata", [{"format_version": 1}, {"layer_sizes": [4, 3, 2]}, {"activation": "relu"}])
def test_names_of_the_format_are_not_given_away(tmp_path, metadata):
    with pytest.raises(
        ValueError, match=r"^metadata is .*, expected a dict whose keys are text other than format_vers"
    ):
        save_parameters(tmp_path / "network.npz", network(), metadata=metadata)


@pytest.mark.parametrize("metadata", [["accuracy"], "accuracy", 3])
def test_metadata_are_a_dictionary(tmp_path, metadata):
    with pytest.raises(ValueError, match=r"^metadata is .*, expected a dict"):
        save_parameters(tmp_path / "network.npz", network(), metadata=metadata)


@pytest.mark.parametrize("suffix", [".npz", ".pkl"])
def test_metadata_have_a_bound_when_saved_and_when_loaded(tmp_path, monkeypatch, suffix):
    path = save_parameters(tmp_path / f"network{suffix}", network(), metadata={"note": "x" * 100})
    facts = load_metadata(path)
    length = len(json.dumps(facts))
    monkeypatch.setattr(storage, "MAX_METADATA", length)
    save_parameters(path, network(), metadata={"note": "x" * 100})
    assert load_metadata(path) == facts
    monkeypatch.setattr(storage, "MAX_METADATA", length - 1)
    with pytest.raises(ParameterFileError, match=f"its metadata have {length} char.* at most {length - 1}"):
        load_metadata(path)
    with pytest.raises(ValueError, match=f"metadata has {length} characters as JSON, expected at most {length - 1}"):
        save_parameters(path, network(), metadata={"note": "x" * 100})


def test_the_bound_of_metadata_is_four_million_characters():
    assert storage.MAX_METADATA == 4 * 2**20


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (3.0, "^W1 holds float, expected float64, float32 or float16"),
        (np.float64(3), "^W1 holds float64, expected"),
        (np.ones(3, np.longdouble), "^W1 holds .*, expected float64"),
        (np.ones(3, bool), "^W1 holds bool"),
        (np.ones((2, 0)), r"^W1 has shape \(2, 0\), expected at least one number"),
        (np.array([1, np.nan]), "^W1 holds NaN or infinity"),
        (np.array([1, -np.inf]), "^W1 holds NaN or infinity"),
    ],
    ids=str,
)
def test_numbers_that_are_none_are_refused(value, words):
    storage.check_numbers({"W0": np.ones(1, np.float16)})
    with pytest.raises(ValueError, match=words):
        storage.check_numbers({"W0": np.ones(1), "W1": value})


def test_numbers_are_converted_when_asked(tmp_path):
    path = save_parameters(tmp_path / "network.npz", network(), dtype=np.float16)
    assert {values.dtype for layer in load_parameters(path) for values in layer} == {np.dtype(np.float16)}


def test_a_pickle_is_readable_by_every_python_of_today(tmp_path):
    path = save_parameters(tmp_path / "network.pkl", network())
    content = pickle.loads(path.read_bytes())
    assert list(content) == ["sha256", "metadata", "W1", "b1", "W2", "b2"]
