"""The progress file: what is solved stays so, whatever lies there and whoever writes to it."""

import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import helpers.exercises as exercises
from helpers.exercises import progress

FILE = Path(".exercise_progress.json")
CHECKS = {
    check.exercise.key: check
    for check in map(vars(exercises).get, exercises.__all__)
    if hasattr(check, "exercise")
}
OLD = '{\n "states": {\n  "1.1": "solved",\n  "1.2": "not yet"\n }\n}\n'  # of the first edition


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def solve(key):
    """The right answer is given: its verdict."""
    verdict = CHECKS[key](CHECKS[key].exercise.reference)
    assert verdict.state == "solved"
    return verdict


def fail(key):
    """A wrong answer is given: its verdict."""
    verdict = CHECKS[key]("wrong")
    assert verdict.state == "not yet"
    return verdict


def states():
    """What `progress` shows, without the open ones."""
    return {key: state for key, _, state in progress().rows if state != "open"}


def test_what_was_solved_stays_so():
    CHECKS["1.1"](...)
    assert not FILE.exists(), "a fresh copy that is only run leaves no file behind"
    fail("1.1")
    assert states() == {"1.1": "not yet"}
    solve("1.1")
    assert states() == {"1.1": "solved"}
    fail("1.1")
    assert states() == {"1.1": "solved"}
    assert os.listdir() == [str(FILE)]


def test_what_one_kernel_solved_another_does_not_take_back():
    FILE.write_text('{"1.1": "not yet"}\n{"1.1": "solved"}\n{"1.1": "not yet"}\n')
    assert states() == {"1.1": "solved"}


def test_the_same_verdict_again_is_not_noted_again():
    for _ in range(3):
        fail("1.2")
        solve("1.1")
    assert FILE.read_text().splitlines() == ['{"1.2": "not yet"}', '{"1.1": "solved"}']


def test_the_table():
    solve("1.1")
    fail("1.2")
    rows = {key: state for key, _, state in progress().rows}
    assert (rows["1.1"], rows["1.2"], rows["2.1"]) == ("solved", "not yet", "open")
    assert list(rows) == sorted(rows, key=lambda key: [int(part) for part in key.split(".")])
    assert repr(progress()).startswith(f"1 of {len(rows)} exercises is solved; next: 1.2 Measure")
    assert "\nnotebook 1:  ✓ 1.1  ✗ 1.2  ○ 1.3" in repr(progress())
    assert f"1 of {len(rows)} exercises is solved" in progress()._repr_html_()
    assert 'title="Find a pixel in its row: solved"' in progress()._repr_html_()
    assert "cannot" not in repr(progress()) + progress()._repr_html_()
    FILE.unlink()
    assert repr(progress()).startswith(f"0 of {len(rows)} exercises are solved")


def test_one_notebook_alone():
    solve("1.1")
    assert repr(progress(1)).startswith("1 of 5 exercises is solved; next: 1.2 Measure")
    assert "notebook 2" not in repr(progress(1)) + progress(1)._repr_html_()
    assert {key.split(".")[0] for key, *_ in progress(3).rows} == {"3"}
    with pytest.raises(ValueError, match="notebook is 12, expected one of 0, 1, 2, 3"):
        progress(12)


def test_the_file_of_the_first_edition_is_read_and_kept():
    FILE.write_text(OLD)
    assert states() == {"1.1": "solved", "1.2": "not yet"}
    solve("1.2")
    solve("1.3")
    assert states() == {"1.1": "solved", "1.2": "solved", "1.3": "solved"}
    assert FILE.read_text().startswith(OLD)


BROKEN = {
    "empty": "",
    "a bracket": "{",
    "a list": "[]",
    "null": "null",
    "no states": '{"states": 5}',
    "a state of another kind": '{"states": {"1.1": [1]}}',
    "no text": "\udcff",
    "nothing of ours": '{"x": 1}',
    "another state": '{"1.1": "excellent"}',
    "200,000 brackets": "[" * 200_000,
    "zeros": "\0" * 1000,
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_breaks_no_check(name):
    FILE.write_bytes(BROKEN[name].encode("utf8", "surrogateescape"))
    assert states() == {}
    solve("1.1")
    assert states() == {"1.1": "solved"}


@pytest.mark.parametrize("bad", ["\ufeff", "<<<<<<< mine\n", "[" * 200_000 + "\n"])
def test_a_bad_line_costs_no_other(bad):
    for key in ("1.1", "1.2"):
        solve(key)
    FILE.write_text(bad + FILE.read_text(), "utf8")
    solve("1.3")
    assert states() == dict.fromkeys(["1.1", "1.2", "1.3"], "solved")


@pytest.mark.parametrize("missing", range(1, 20))
def test_a_cut_line_costs_one_exercise(missing):
    for key in ("1.1", "1.2"):
        solve(key)
    FILE.write_bytes(FILE.read_bytes()[:-missing])
    solve("1.3")
    assert states().items() >= {"1.1": "solved", "1.3": "solved"}.items()
    assert FILE.read_text().splitlines()[-1] == '{"1.3": "solved"}'


NOTING = """
import sys, time
from pathlib import Path
from helpers.exercises import progress as table
from helpers.exercises.progress import record
from helpers.exercises.verdict import Verdict
Path(f"ready{sys.argv[1]}").touch()
while not Path("go").exists():
    pass
for number in range(20):
    record(Verdict(f"{sys.argv[1]}.{number + 1}", "solved", "x"))
"""


def test_two_kernels_lose_nothing():
    running = [subprocess.Popen([sys.executable, "-c", NOTING, number]) for number in "67"]
    while not (Path("ready6").exists() and Path("ready7").exists()):
        assert all(process.poll() is None for process in running)
        time.sleep(0.01)
    Path("go").touch()
    assert [process.wait() for process in running] == [0, 0]
    lines = FILE.read_text().splitlines()
    assert sorted(lines) == sorted(f'{{"{n}.{k + 1}": "solved"}}' for n in "67" for k in range(20))


@pytest.mark.skipif(os.name == "nt", reason="Windows has no modes")
def test_another_person_of_the_group_can_read_and_write_the_file():
    before = os.umask(0o002)
    try:
        solve("1.1")
        solve("1.2")
    finally:
        os.umask(before)
    assert FILE.stat().st_mode & 0o777 == 0o664


# Where nothing can be kept, the verdict comes all the same, and says so


def pipe():
    os.mkfifo(FILE)
    return "it is a device or a pipe, not a file"


def zeros_without_end():
    FILE.symlink_to("/dev/zero")
    return "it is a device or a pipe, not a file"


def gigabyte():
    with FILE.open("wb") as file:
        file.truncate(10**9)
    return "it has 1,000,000,000 bytes, expected at most 1,000,000"


def folder():
    FILE.mkdir()
    return "Is a directory"


def link_to_nowhere():
    FILE.symlink_to("no/such/folder")
    return "it cannot be written"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes among files, nor links for all")
@pytest.mark.parametrize("place", [pipe, zeros_without_end, gigabyte, folder, link_to_nowhere])
def test_where_nothing_can_be_noted_check_and_table_say_so(place):
    why = place()
    said = []
    note = threading.Thread(target=lambda: said.extend([solve("1.1"), progress()]), daemon=True)
    note.start()
    note.join(timeout=20)  # a pipe would let us wait for ever
    verdict, table = said
    assert verdict.message.endswith(f" (it cannot be noted in `{FILE}`: {why})")
    for text in (repr(table), table._repr_html_()):
        assert text.count(f"What you solve cannot be noted in {FILE}: {why}") == 1
    assert repr(table).startswith("0 of")
    assert "cannot" not in CHECKS["1.2"](...).message, "an open exercise would not be noted"


def test_a_full_disk_is_said_by_the_check(monkeypatch):
    solve("1.1")

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("builtins.open", full)
    verdict = solve("1.2")
    monkeypatch.undo()
    assert verdict.message.endswith(f" (it cannot be noted in `{FILE}`: No space left on device)")
