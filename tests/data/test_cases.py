"""Files that people bring: each has its right value, or the sentence that names it and the way out.

The situations are from public reports, the content is made up. cases.tar.xz holds the files.
"""

import os
import tarfile
import warnings
from pathlib import Path

import numpy as np
import pytest

from helpers.data import load_csv, load_dataset
from helpers.evaluation import predict_probabilities
from helpers.internals import mnist_files
from helpers.internals.csv_bytes import DataFileError
from helpers.preprocessing import preprocess, read_image
from helpers.storage import ParameterFileError, load_parameters

HERE = Path(__file__).parent
MODEL = HERE.parents[1] / "notebooks" / "models" / "digits_network.npz"


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    """The folder with the files of all cases."""
    folder = tmp_path_factory.mktemp("cases")
    with tarfile.open(HERE / "cases.tar.xz") as archive:
        archive.extractall(folder, filter="data")
    return folder


def load(path):
    """Load a CSV file; return the data set and all that was said about it."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        dataset = load_csv(path)
    notes = (str(w.message) for w in caught if issubclass(w.category, UserWarning))
    return dataset, " ".join(notes)


# What is read is the same twelve images with their labels, unless said otherwise.

SAME = ("",)
LEFT_OUT = "numbers the rows and was left out"
UNLABELED, PIXELS_ASIDE = "no labels", "other pixels"
READ = {  # the words of the note, and what is not the same
    "all_quoted.csv": SAME,
    "binarized_0_1.csv": ("from 0 to 1, and 1 was taken for full ink", PIXELS_ASIDE),
    "columns_sorted_as_text.csv": ("put in the order of their names, pixel0 first",),
    "comment_first.csv": ("row 1 starts with # and was left out",),
    "decimal_commas.csv": ("commas in its numbers were read as decimal points",),
    "double_space.txt": SAME,
    "emnist_transposed.csv": ("", PIXELS_ASIDE),  # nothing in the file says it; the help does
    "excel_sep_semicolon.csv": SAME,
    "first_line_blank.csv": SAME,
    "float_labels.csv": SAME,
    "float_pixels.csv": SAME,
    "header_tuple_commas.csv": SAME,
    "id_column.csv": (LEFT_OUT,),
    "imageid_test.csv": (LEFT_OUT, UNLABELED),
    "inverted.csv": ("the paper seems to be white", PIXELS_ASIDE),
    "kaggle_train.csv": SAME,
    "openml_class_quoted.csv": SAME,
    "pandas_mangled_header.csv": ("row 1 is an image that pandas had taken for a header",),
    "pandas_mangled_header_test.csv": ("row 1 is an image that pandas had taken", UNLABELED),
    "pandas_noheader_names_index.csv": (LEFT_OUT,),
    "pandas_unnamed0.csv": (LEFT_OUT,),
    "quoted_header.csv": SAME,
    "r_write_csv.csv": SAME,
    "savetxt_default.csv": SAME,
    "savetxt_int_header.csv": SAME,
    "scaled_0_1.csv": ("from 0 to 1, and 1 was taken for full ink",),
    "semicolons_noheader.csv": SAME,
    "space_separated.txt": SAME,
    "trailing_commas.csv": ("column 786 is empty in every row and was left out",),
}
REFUSED = {
    "X_train.npy": r"is a NumPy array .*np\.load\(path\) gives the array; Dataset\(",
    "a_z_26_labels.csv": "has 11 in column 1 .*highest label is 23: .* pass class_names, 24 names",
    "argb_32.csv": "2353 columns.*look like color images",
    "coursera_ex3.csv": "labels go from 1 to 10: subtract 1 from each, or write 0 for 10",
    "digits.tar.gz": "holds a tar archive.*unpack it",
    "digits_workbook.xlsx": "is an Excel workbook.*save the sheet as CSV",
    "image_as_28_lines.csv": r"looks like one image.*table\.reshape\(1, -1\)",
    "image_paths.csv": "'img_0.png' in column 1 .filename., the name of a picture",
    "images_as_columns.csv": r"784 rows look like pixels.*\.T\.to_csv",
    "images_as_columns_49.csv": r"784 rows of 49 numbers.*image_shape=\(7, 7\).*\.T\.to_csv",
    "kaggle_401.csv": "is a JSON text",
    "latin1.csv": "row 1 of latin1.csv is not UTF-8 text",
    "lfs_pointer.csv": "pointer of Git LFS.*git lfs pull",
    "mnist.npz": r"is a NumPy archive .*np\.load\(path\) gives its arrays; Dataset\(",
    "mnist.pkl": "is a pickle.*only if you trust it",
    "mnist.pkl.gz": "holds a pickle.*only if you trust it",
    "mnist_784.arff": r"is an ARFF file.*scipy\.io\.arff\.loadarff\(path\).*to_csv",
    "negative_pixels.csv": r"pixels go from -128 to 127: .* table \+ 128.* table % 256",
    "old_excel.xls": "is an old Excel workbook.*save the sheet as CSV",
    "pandas_default_8x8.csv": "brightest pixel .* is 9, .*pass the number of full ink as max_pixel",
    "pandas_default_8x8_nolabel_index.csv": "brightest pixel .* is 9, .* as max_pixel",
    "photo_named.csv": "is a PNG picture.*read_image and preprocess",
    "pixels_as_string.csv": r"many pixels in one field, column 2 .pixels.*str\.split",
    "pixels_over_255.csv": r"has 896 in column 181, .*pixels go from 0 to 4080: write them",
    "python_list.txt": r"is a JSON text.*numpy\.savetxt",
    "rect_20x30.csv": r"601 columns.*pass image_shape=.*\(20, 30\)",
    "rgb_28x28x3.csv": "2353 columns.*3 times 784 look like color images",
    "rows_with_brackets.csv": r"row 1 .* stands in brackets.*numpy\.savetxt",
    "sign_language.csv": "highest label is 24: .* pass class_names, 25 names",
    "submission.csv": "2 columns .ImageId, Label., .* looks like a list of answers",
    "train-images-idx3-ubyte.gz": r'holds an IDX file.*load_dataset\("mnist"\) reads MNIST',
    "usps_labels_1_to_10.csv": "labels go from 1 to 10: subtract 1 from each",
    "workbook_renamed.csv": "is an Excel workbook.*save the sheet as CSV",
}
BY_HAND = {"letter_labels.csv", "usps_minus1_1.csv"}


@pytest.mark.parametrize("name", READ)
def test_csv_files_that_are_read(cases, name):
    words, *besides = READ[name]
    dataset, said = load(cases / "csv" / name)
    expected = load(cases / "csv" / "kaggle_train.csv")[0].subset(slice(len(dataset)))
    assert (words in said) if words else not said
    if PIXELS_ASIDE not in besides:
        np.testing.assert_allclose(dataset.X, expected.X, atol=1e-6)
    if UNLABELED in besides:
        assert dataset.labels is None
    else:
        np.testing.assert_array_equal(dataset.labels, expected.labels)


def test_csv_files_with_other_classes_or_pixels(cases):
    dataset, said = load(cases / "csv" / "letter_labels.csv")
    assert "texts and were taken as the names of 12 classes" in said
    assert "".join(dataset.class_names) == "ABCDEFGHIJKL"
    np.testing.assert_array_equal(dataset.labels, range(12))
    dataset, said = load(cases / "csv" / "usps_minus1_1.csv")
    assert "-1 was taken for paper, 1 for full ink" in said
    assert (dataset.image_shape, dataset.X.min(), dataset.X.max()) == ((16, 16), 0, 1)


@pytest.mark.parametrize("name", REFUSED)
def test_csv_files_that_are_refused(cases, name):
    with pytest.raises(DataFileError, match=REFUSED[name]) as caught:
        load_csv(cases / "csv" / name)
    assert name in str(caught.value)


# Parameters

SHAPES = [((8, 64), (8, 1)), ((10, 8), (10, 1))]
PARAMETERS = {  # None where they are read
    "arr_0.npz": None,
    "bias_1d.pkl": r"b1 has shape \(8,\), expected \(8, 1\).*reshape\(-1, 1\)",
    "dict_protocol0.pkl": None,
    "dict_protocol2.pkl": None,
    "empty.npz": "it is empty",
    "extra_float.npz": "leave accuracy out",
    "extra_loss.pkl": "leave loss_history out",
    "extra_scalar.npz": "'epoch' holds int64.*leave it out",
    "integers.pkl": r"'W1' is not of float64.*W1 = np\.array\(W1, float\)",
    "joblib_dict.pkl": r"joblib\.load\(path\)",
    "lfs.npz": "pointer of Git LFS.*git lfs pull",
    "lists.pkl": None,
    "lower_case.pkl": r"it holds w1, b1, w2, b2, expected W1, b1.*np\.savez",
    "model.h5": r"HDF5 file .*Keras.*get_weights\(\).*W\.T",
    "model.pickle": None,
    "model_h5_renamed.npz": r"HDF5 file .*get_weights\(\)",
    "named.npz": None,
    "nan.pkl": "W1 holds NaN or infinity; the training run diverged",
    "network.json": r"is a JSON text; .*json\.load.*save_parameters",
    "nielsen_objects.npz": "'weights' holds object.*save the arrays of each layer as W1, b1",
    "npz_named.pkl": None,
    "object_dict.npy": r"NumPy array \(\.npy\); if it holds a dict .*trust.*np\.savez",
    "ordered_dict.pkl": None,
    "page.npz": "is a web page; download the file itself",
    "pickle_named.npz": None,
    "rashid_object.pkl": "an object of __main__.neuralNetwork.*where it was made, save_parameters",
    "rows_convention.pkl": r"W1 seems to be \(n_in, n_out\).*take W1\.T",
    "sklearn_coefs_plain.npz": r"W1 seems to be \(n_in, n_out\).*take W1\.T",
    "tuple_of_four.pkl": None,
}


@pytest.mark.parametrize("name", PARAMETERS)
def test_files_of_parameters(cases, name):
    path = cases / "parameters" / name
    if PARAMETERS[name] is None:
        parameters = load_parameters(path)
        assert [(W.shape, b.shape) for W, b in parameters] == SHAPES
        np.testing.assert_allclose(
            parameters[0].W, load_parameters(path.with_name("named.npz"))[0].W
        )
        return
    with pytest.raises(ParameterFileError, match=PARAMETERS[name]) as caught:
        load_parameters(path)
    assert name in str(caught.value)


# MNIST's files under other names: small stand-ins, so that what is found is not the published file


@pytest.mark.parametrize(
    ("folder", "found"),
    [
        ("dots", "mnist/train-images.idx3-ubyte"),
        ("kaggle", "mnist/train-images-idx3-ubyte/train-images-idx3-ubyte"),
        ("itself/mnist", "train-images-idx3-ubyte"),
        ("upper", "MNIST/train-images-idx3-ubyte"),
        ("copy", "mnist/train-images-idx3-ubyte (1).gz"),
    ],
)
def test_files_of_mnist_are_found(cases, monkeypatch, folder, found):
    monkeypatch.setenv(mnist_files.FOLDER_VARIABLE, str(cases / "idx" / folder))
    with pytest.raises(DataFileError, match=r"IDX file of .*, but not the published") as error:
        load_dataset("mnist")
    assert str(Path(folder, found)) in str(error.value)


# Pictures: the digit that the small network reads, surely, or the sentence

PICTURES = {
    "IMG_0001.HEIC": "it is a HEIC picture.*export it as JPEG or PNG",
    "animated_blank_first.gif": "the picture is blank",
    "corner_shadow.jpg": 7,
    "drawing.svg": "it is an SVG drawing; export it as PNG",
    "framed_box.png": 7,
    "green_on_pink_equal_luma.jpg": "blank or its ink too faint",
    "half_shadow.jpg": 7,
    "heic_named.jpg": "it is a HEIC picture.*export it as JPEG or PNG",
    "lfs.png": "pointer of Git LFS.*git lfs pull",
    "light_pencil_gray_paper.jpg": 7,
    "noise_only.png": "no digit stands out",
    "paper_on_dark_table.jpg": 7,
    "plain_7.png": 7,
    "scene_paper_on_a_dark_table_4.jpg": 4,
    "scene_printed_box_close_around_the_digit_4.jpg": 4,
    "scene_printed_box_near_the_edge_4.jpg": 4,
    "scene_shadow_of_a_hand_4.jpg": 4,
    "screenshot_title_bar.png": 7,
    "sideways_no_exif.jpg": 4,  # a 7 on its side, which cannot be known
    "ten.png": "there seem to be 2 digits",
    "thin_drawing_1px.png": 7,
    "thin_drawing_2px_8.png": 8,
    "three_digits.png": "there seem to be 3 digits",
    "tiny_8x8.png": 7,
}


@pytest.fixture(scope="module")
def network():
    return load_parameters(MODEL)


@pytest.mark.parametrize("name", PICTURES)
def test_pictures(cases, network, name):
    path = cases / "pictures" / name
    if isinstance(PICTURES[name], str):
        with pytest.raises(ValueError, match=PICTURES[name]):
            preprocess(read_image(path))
        return
    probabilities = predict_probabilities(network, preprocess(read_image(path)).x)[:, 0]
    assert probabilities.argmax() == PICTURES[name]
    assert probabilities.max() > 0.85


def test_every_file_is_in_a_table(cases):
    names = {str(path.relative_to(cases)) for path in cases.rglob("*") if path.is_file()}
    tables = {"csv": {*READ, *REFUSED, *BY_HAND}, "parameters": PARAMETERS, "pictures": PICTURES}
    listed = {os.path.join(kind, name) for kind, table in tables.items() for name in table}
    assert {name for name in names if not name.startswith("idx")} == listed
