"""What `make test-versions` and `make test-blas` decide: numbers apart from formatting, and what runs are made."""

import blas_matrix
import nbformat
import pytest
from tools import numbers


def stream(text):
    return [nbformat.v4.new_output("stream", text=text)]


def table(markup, plain="0.5"):
    return [
        nbformat.v4.new_output("execute_result", data={"text/plain": plain, "text/html": markup})
    ]


FORMATTING = {
    "a scalar's type": ("0.25", "np.float64(0.25)"),
    "spaces in an array": ("[0.1 0.2]", "[0.1, 0.2]"),
    "zeros at the end": ("0.5", "0.500"),
    "fewer digits": ("0.12346", "0.1235"),
    "an exponent": ("1e-05", "0.00001"),
    "commas": ("1,290,510 parameters", "1290510 parameters"),
    "the name of a type": ("int64, object", "int32, str"),
    "a minus sign": ("−3", "-3"),
    "not a number": ("nan", "NaN"),
}
NUMBERS = {
    "another digit": ("accuracy 0.896", "accuracy 0.897"),
    "another sign": ("-3", "3"),
    "a number more": ("1 2", "1 2 3"),
    "rounded wrongly": ("0.12346", "0.1234"),
    "not a number": ("0.5", "nan"),
    "a layer size": ("784-10-10", "784-10-20"),
    "an exponent": ("1e-05", "1e-06"),
    "thousands": ("1,290,510", "1,290,511"),
}


@pytest.mark.parametrize("name", FORMATTING)
def test_formatting_is_told(name):
    assert numbers.difference(*map(stream, FORMATTING[name]))[0] == "format"


@pytest.mark.parametrize("name", NUMBERS)
def test_a_number_is_a_difference(name):
    assert numbers.difference(*map(stream, NUMBERS[name]))[0] == "number"


def test_of_a_table_the_numbers_in_its_cells_are_compared():
    committed = table("<style>td {width: 7px}</style><table border='1'><td>0.5</td></table>")
    assert (
        numbers.difference(committed, table("<table border='2'><td>0.50</td></table>", "0.6"))[0]
        == "format"
    )
    assert (
        numbers.difference(committed, table("<table border='1'><td>0.6</td></table>", "0.5"))[0]
        == "number"
    )
    assert numbers.difference(committed, committed) == ("", "")


def test_every_generation_of_processors_is_run_on_one_thread_and_two():
    runs = blas_matrix.combinations("x86_64", {"X86_V3", "X86_V4", "AVX512_ICL"})
    assert [run[:2] for run in runs] == [
        (core, n) for core in ("Nehalem", "Haswell", "SkylakeX") for n in (1, 2)
    ]
    disabled = {core: variables.get("NPY_DISABLE_CPU_FEATURES") for core, _, variables in runs}
    assert disabled == {
        "Nehalem": "AVX512_ICL X86_V3 X86_V4",
        "Haswell": "AVX512_ICL X86_V4",
        "SkylakeX": None,
    }
    assert [variables["OPENBLAS_NUM_THREADS"] for *_, variables in runs] == ["1", "2"] * 3


def test_what_a_processor_lacks_is_not_run():
    assert {run[0] for run in blas_matrix.combinations("x86_64", {"AVX2", "FMA3"})} == {
        "Nehalem",
        "Haswell",
    }
    assert {run[0] for run in blas_matrix.combinations("x86_64", set())} == {"Nehalem"}
    assert {run[0] for run in blas_matrix.combinations("arm64", {"ASIMDHP"})} == {""}
