"""The mutation testing itself: its mutants change what computes and not what is said, and a survivor is noticed."""

import importlib.util
import sys
import types
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow  # `make unit` leaves these out, `make test` does not

FOLDER = Path(__file__).parent / "mutation"


@pytest.fixture
def load(monkeypatch):
    """A function that imports a file of tests/mutation."""
    monkeypatch.syspath_prepend(str(FOLDER))

    def load(name):
        spec = importlib.util.spec_from_file_location(f"mutation_{name.strip('_')}", FOLDER / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        monkeypatch.setitem(sys.modules, spec.name, module)
        spec.loader.exec_module(module)
        return module

    yield load
    sys.modules.pop("mutants", None)


def changes(load, source):
    return [mutant.change for mutant in load("mutants").find_mutants(source)]


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("return a - b * c", ["return None", "a - b * c -> a + b * c", "b * c -> b / c"]),
        ("return W @ A", ["return None", "W @ A -> A @ W"]),
        ("return n <= m", ["return None", "n <= m -> n > m", "n <= m -> n < m"]),
        ("return x.sum(axis=0)", ["return None", "x.sum(axis=0) -> x.sum(axis=1)"]),
        ("return f(a, b)", ["return None", "f(a, b) -> f(b, a)"]),
        ("return not a", ["return None", "not a -> a"]),
        ("return a and b", ["return None", "a and b -> a or b", "a and b -> b", "a and b -> a"]),
        ("return x[-1]", ["return None", "x[-1] -> x[1]", "x[-1] -> x[-2]"]),
        ("x += 0.5", ["x += 0.5 -> pass", "x += 0.5 -> x -= 0.5", "x += 0.5 -> x += 1.0"]),
        ("return x.T", ["return None", "x.T -> x"]),
        ("return max(x)", ["return None", "max(x) -> min(x)"]),
        ("x[0] = y.copy()", ["x[0] = y.copy() -> pass", "x[0] -> x[1]", "y.copy() -> y"]),
        ("raise ValueError(f'{n - 1} of {a} and {b}')", ["raise ValueError(f'{n - 1} of {a} and {b}') -> pass"]),
        ("x = 'a sentence of words'", []),
    ],
)
def test_the_changes_of_a_line(load, line, expected):
    found = changes(load, f"def f(a: int = None) -> int:\n    '''Say 1.'''\n    {line}")
    assert [change.removeprefix(f"{line} -> ") if "return None" in change else change for change in found] == expected


def test_only_the_decision_between_two_messages_is_changed(load):
    source = "def f(n):\n    hint = 'one' if n == 1 else 'two'\n    if n < 3:\n        raise ValueError(hint)\n"
    expected = {"n == 1 -> n != 1", "n == 1 -> n == 2", "n < 3 -> n >= 3", "n < 3 -> n <= 3", "n < 3 -> n < 4"}
    assert set(changes(load, source)) == expected | {"raise ValueError(hint) -> pass"}


def test_defaults_and_repeated_places_have_their_own_names(load):
    assert changes(load, "def f(a, *, b=2, c=True): pass") == ["b=2 -> b=3", "c=True -> c=False"]
    assert changes(load, "x = n + n\ny = n + n") == ["n + n -> n - n", "n + n -> n - n #2"]


def test_every_mutant_is_another_program_and_the_tree_is_left_as_it_was(load):
    source = (FOLDER.parent.parent / "helpers" / "network.py").read_text("utf8")
    mutants = load("mutants").find_mutants(source)
    assert len({mutant.source for mutant in mutants}) == len({mutant.key for mutant in mutants}) == len(mutants) > 80
    for mutant in mutants:
        compile(mutant.source, "mutant", "exec")


def test_a_mutant_is_put_into_the_functions_that_others_have_imported(load):
    source = "N = 1\ndef f(n=2):\n    return n\nclass C:\n    @property\n    def two(self):\n        return 2\n"
    module = types.ModuleType("judged")
    module.__file__ = "judged.py"
    exec(source, module.__dict__)
    pytest.importorskip("resource")  # Windows has none
    f, c, judge = module.f, module.C(), load("judge")
    try:
        assert not judge.put_into(module, source)
        assert judge.put_into(module, source.replace("return 2", "return 3"))
        assert judge.put_into(module, source.replace("n=2", "n=4"))
        assert (f(), c.two) == (4, 2)
        assert not judge.put_into(module, source.replace("n=2", "n=4").replace("N = 1", "N = 5"))
    finally:
        sys.modules.pop("mutant", None)


def test_new_survivors_and_a_low_share_are_problems(load):
    problems_of = load("__main__").problems_of
    results = {f"f: {n}": {"killed": n > 0} for n in range(10)}
    assert problems_of(results, {"f: 0": "it is slower, and nothing else"}) == []
    assert problems_of(results, {}) == ["survives, and is not in survivors.toml: f: 0"]
    assert "no mutant any more: g: 1" in problems_of(results, {"f: 0": "", "g: 1": ""})[0]
    results["f: 1"]["killed"] = False
    assert problems_of(results, {"f: 0": "", "f: 1": ""}) == ["8 of 10 killed, expected 90%"]


TESTS = "import os\nM = 2\ndef test_a():\n    assert f(M) == 1\n@mark\ndef test_b():\n    assert f(3) == 2\n"


@pytest.mark.parametrize(
    ("tests", "valid"),
    [
        (TESTS, {"killed", "survived"}),
        (TESTS.replace("import os", "import sys  # and why"), {"killed", "survived"}),
        (TESTS + "def test_c():\n    assert f(0)\n", {"killed"}),
        (TESTS.replace("M = 2", "M = 2\ndef test_c():\n    assert f(0)"), {"killed"}),
        (TESTS.replace("f(3)", "f(4)"), set()),
        (TESTS.replace("@mark\n", ""), set()),
        (TESTS.replace("M = 2", "M = 3"), set()),
        (TESTS.replace("M = 2", "M = 2\nCASES = [1, 2]"), {"killed"}),
        (TESTS + "pytestmark = pytest.mark.slow\n", set()),
        (TESTS + "@pytest.fixture(autouse=True)\ndef quick():\n    pass\n", set()),
        (TESTS.replace("def test_b():\n    assert f(3) == 2\n", "def test_c(): pass\n"), set()),
        ("", set()),
    ],
)
def test_kills_hold_where_tests_were_only_added(load, tmp_path, monkeypatch, tests, valid):
    main = load("__main__")
    monkeypatch.setitem(main.PLAN["modules"], "losses", ["test_losses"])
    for folder in ("helpers", "tests"):
        (tmp_path / folder).mkdir()
    (tmp_path / "helpers" / "losses.py").write_text("def f(n): return n - 1\n")
    (tmp_path / "tests" / "test_losses.py").write_text(TESTS)
    before = main.fingerprint("losses", tmp_path)
    (tmp_path / "tests" / "test_losses.py").write_text(tests)
    after = main.fingerprint("losses", tmp_path)
    results = {"killed": {"killed": True}, "survived": {"killed": False}}
    assert set(main.still_valid(before, after, results)) == valid
    assert main.still_valid(None, after, results) == {}
    assert main.still_valid(before, after | {"code": "of another source"}, results) == {}


def test_results_are_read_up_to_a_torn_line(load, tmp_path):
    read = load("__main__").read_results
    assert read(tmp_path / "a.jsonl") == (None, {})
    (tmp_path / "a.jsonl").write_text('{"code": "1"}\n{"key": "f: 1", "killed": true}\n{"key": "f: 2", "kil')
    assert read(tmp_path / "a.jsonl") == ({"code": "1"}, {"f: 1": {"key": "f: 1", "killed": True}})


def test_every_listed_survivor_has_a_reason(load):
    main = load("__main__")
    for listed in main.survivors().values():  # of modules in the plan alone, else this raises
        assert all(len(reason.split()) > 4 for reason in listed.values())
    for module in main.PLAN["modules"]:
        assert all(path.exists() for path in main.test_files(module, main.ROOT)), module
