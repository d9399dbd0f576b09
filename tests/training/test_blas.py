"""BLAS: one thread for small networks, and AVX-512 kernels only where they exist and nobody chose otherwise."""

import os
import subprocess
import sys

import numpy as np
import pytest
from threadpoolctl import ThreadpoolController, threadpool_limits

from helpers.data import Dataset
from helpers.internals.blas import SMALL_STEP, blas_libraries, choose_kernels, limit_blas_threads
from helpers.training import train

LINUX = ("Linux", "x86_64")
AVX2 = "fpu sse sse2 ssse3 fma sse4_1 sse4_2 avx f16c avx2 bmi2"
ALL = f"{AVX2} avx512f avx512dq avx512ifma avx512cd avx512bw avx512vl avx512_bf16 avx512_vnni"


def cpuinfo(vendor, model, flags):
    """Two cores as /proc/cpuinfo lists them."""
    core = (
        "processor\t: {}\nvendor_id\t: "
        + vendor
        + "\nmodel name\t: "
        + model
        + "\nflags\t\t: "
        + flags
    )
    return (
        "\n\n".join(core.format(number) + "\nbugs\t\t: spectre_v1" for number in range(2)) + "\n\n"
    )


NEEDED = ("avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512cd")
ZEN4 = cpuinfo("AuthenticAMD", "AMD EPYC 9R14", ALL)
ARM = "processor\t: 0\nBogoMIPS\t: 243.75\nFeatures\t: fp asimd sve avx512f\nCPU implementer\t: 0x41\n"


def test_amd_with_avx512_gets_the_avx512_kernels():
    environment = {"HOME": "somewhere"}
    assert "OPENBLAS_CORETYPE was set" in choose_kernels(
        environment, cpuinfo=ZEN4, system=LINUX, loaded={}
    )
    assert environment == {"HOME": "somewhere", "OPENBLAS_CORETYPE": "SkylakeX"}


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        (
            {"cpuinfo": cpuinfo("GenuineIntel", "Intel(R) Xeon(R) Platinum 8175M", ALL)},
            "not an AMD processor",
        ),
        ({"cpuinfo": cpuinfo("AuthenticAMD", "AMD EPYC 7R13", AVX2)}, "has no AVX-512"),
        ({"cpuinfo": ARM}, "not an AMD processor"),
        ({"cpuinfo": ""}, "not an AMD processor"),
        ({"cpuinfo": "vendor_id : AuthenticAMD"}, "has no AVX-512"),
        ({"system": ("Linux", "aarch64")}, "not Linux on x86-64"),
        ({"system": ("Darwin", "x86_64")}, "not Linux on x86-64"),
        ({"system": ("Windows", "AMD64")}, "not Linux on x86-64"),
        ({"system": ("Emscripten", "wasm32")}, "not Linux on x86-64"),
        ({"loaded": {"numpy": np}}, "NumPy is imported already"),
        *(({"cpuinfo": ZEN4.replace(f"{flag} ", "")}, "has no AVX-512") for flag in NEEDED),
    ],
)
def test_nothing_is_set_anywhere_else(options, reason):
    environment = {}
    assert reason in choose_kernels(
        environment, **{"cpuinfo": ZEN4, "system": LINUX, "loaded": {}} | options
    )
    assert environment == {}


@pytest.mark.parametrize("value", ["Haswell", "SkylakeX", ""])
def test_a_setting_of_the_users_stays(value):
    environment = {"OPENBLAS_CORETYPE": value}
    assert "set already" in choose_kernels(environment, cpuinfo=ZEN4, system=LINUX, loaded={})
    assert environment == {"OPENBLAS_CORETYPE": value}


@pytest.mark.parametrize(
    "trouble", [OSError("no such file"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "bad byte")]
)
def test_trouble_with_the_processors_description_changes_nothing(trouble, monkeypatch):
    def read_text(*_):
        raise trouble

    monkeypatch.setattr("pathlib.Path.read_text", read_text)
    environment = {}
    assert "the processor is unknown" in choose_kernels(environment, system=LINUX, loaded={})
    assert environment == {}


def test_the_choice_is_made_when_asked_for_and_before_numpy_is_there():
    script = f"""
import os, pathlib, platform, sys
pathlib.Path.read_text = lambda path: {ZEN4!r}
platform.system, platform.machine = lambda: "Linux", lambda: "x86_64"
from helpers.internals.blas import choose_kernels
assert "numpy" not in sys.modules
assert "OPENBLAS_CORETYPE" not in os.environ
choose_kernels()
print(os.environ["OPENBLAS_CORETYPE"])
"""
    environment = {key: value for key, value in os.environ.items() if key != "OPENBLAS_CORETYPE"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environment
    )
    assert (done.stdout, done.stderr) == ("SkylakeX\n", "")


def thread_counts():
    return {
        library["num_threads"] for library in ThreadpoolController().select(user_api="blas").info()
    }


def test_small_steps_run_on_one_thread_and_large_ones_as_set_up():
    with threadpool_limits(2, user_api="blas"):
        with limit_blas_threads(SMALL_STEP):
            assert thread_counts() == {1}
        assert thread_counts() == {2}
        with limit_blas_threads(2 * SMALL_STEP):
            assert thread_counts() == {2}
        with pytest.raises(KeyError), limit_blas_threads(1):
            raise KeyError
        assert thread_counts() == {2}


@pytest.mark.parametrize(("hidden", "threads"), [(10, {1}), (800, {2})])
def test_the_trainer_counts_what_a_step_costs(hidden, threads):
    data = Dataset(np.full((784, 100), 0.5), np.arange(100) % 10)
    seen = []

    def augment(X, rng):
        seen.append(thread_counts())
        return X

    with threadpool_limits(2, user_api="blas"):
        options = {"learning_rate": 0.1, "max_epochs": 1, "dtype": np.float32}
        train(data, data, [784, hidden, 10], augment=augment, **options)
        assert thread_counts() == {2}
    assert seen == [threads]


def test_without_threadpoolctl_nothing_happens(monkeypatch):
    monkeypatch.setitem(sys.modules, "threadpoolctl", None)
    blas_libraries.cache_clear()
    try:
        before = thread_counts()
        with limit_blas_threads(1):
            assert thread_counts() == before
    finally:
        blas_libraries.cache_clear()
