"""Broken and hostile files by the thousand, for every loader: each loads, or raises its own error with a sentence.

`python tests/data/file_fuzzer.py --seconds 600` runs for ten minutes and prints what it found; `--seed` repeats a run.
"""

import argparse
import contextlib
import copy
import gzip
import io
import json
import pickle
import random
import struct
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from pathlib import Path

import numpy as np

from helpers.data import DataFileError, Dataset, load_csv
from helpers.internals import array_files
from helpers.internals.checkpoints import (
    HISTORY_COLUMNS,
    CheckpointFileError,
    TrainingState,
    load_checkpoint,
    save_checkpoint,
)
from helpers.network import initialize_parameters
from helpers.storage import ParameterFileError, load_parameters, save_parameters

SLOWEST = 20.0  # seconds a file may take on a busy machine
LONGEST = 1000  # characters of an error
GROWTH = 300 * 2**20  # bytes of memory that all these small files together may take
HARMFUL = ("os.system", "subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "socket.connect", "os.remove",
           "os.rename", "os.mkdir", "shutil.rmtree", "pickle.find_class", "ctypes.dlopen")  # fmt: skip

WORDS = {
    "csv": [
        *(b"NaN inf -inf 1e3 -1 256 00007 , ,, \" ' ; 0x10 True 1.0 +3 <html> label".split(b" ")),
        *(b" 7", b"7 ", b"9" * 400, b"\n", b"\n\n", b"\r", b"\r\n", b"\t", b"label,pixel0\n"),
        *(b"\0", b"\xff", b"\xef\xbb\xbf", "\uff17".encode(), "é".encode(), b"\x1f\x8b", b"PK\x03\x04", b"\x1b[31m"),
    ],
    "npz": [
        *(b"PK\x03\x04", b"PK\x01\x02", b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07", b"\x93NUMPY", b"True "),
        *(b"'descr': '|O'", b"'<f8'", b"'<i8'", b"(-1,)", b"(9999999999999,)", b"W1.npy", b"../../x", b"\0" * 8),
    ],
    "pkl": [
        *(b"cposix\nsystem\n", b"cbuiltins\nexec\n", b"\x8c\x05posix\x8c\x06system\x93", b"(S'true'\nt", b"R", b"b"),
        *(b"(iposix\nsystem\n", b"(cposix\nsystem\no", b"\x82\x01", b"\x83\x01\x00", b"\x84\x01\0\0\0", b"\x81"),
        *(b"Pid\n", b"Q", b"i", b"\x92", b"\x97", b"\x98", b"]", b"}", b"(", b"0", b"1", b"2", b"a", b"e", b"s", b"u"),
        *(b"r\xff\xff\xff\xff", b"q\xff", b"h\x01", b"j\xff\xff\xff\xff", b"\x8e" + b"\xff" * 8, b"\x94", b"\x85"),
        *(b"I" + b"9" * 5000 + b"\n", b"\x95" + b"\xff" * 8, b"\x8f", b"\x90", b"\x91"),
        *(b"cnumpy\nndarray\n", b"cnumpy\ndtype\n", b"N.", b"."),
    ],
}  # fmt: skip
NUMBERS = [0, 1, 2, 127, 128, 255, 256, 2**15, 2**16 - 1, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1]
SCRAPS = [
    None,
    True,
    False,
    0,
    -1,
    1,
    1.5,
    -0.0,
    10**30,
    float("nan"),
    float("inf"),
    "",
    "PCG64",
    [],
    {},
    [[]],
    "a" * 99,
]


# Files to begin with


def csv_files():
    rng = np.random.default_rng(0)
    table = np.hstack([rng.integers(0, 10, (6, 1)), rng.integers(0, 256, (6, 9))])
    rows = "".join(",".join(map(str, row)) + "\n" for row in table)
    header = "label," + ",".join(f"pixel{number}" for number in range(9)) + "\n"
    plain = [rows, header + rows, (header + rows).replace("\n", "\r\n"), (header + rows).rstrip("\n"), "label\n1\n2\n"]
    plain += [rows.replace(",", ", "), "".join(row.split(",", 1)[1] + "\n" for row in rows.splitlines())]
    return [text.encode() for text in plain] + [gzip.compress(text.encode(), mtime=0) for text in plain[:2]]


def parameter_files(suffix, folder):
    layers = initialize_parameters([4, 3, 2], np.random.default_rng(0))
    entries = {
        f"{letter}{n}": array for n, layer in enumerate(layers, 1) for letter, array in zip("Wb", layer, strict=True)
    }
    files = [save_parameters(folder / f"begin{suffix}", layers, metadata={"seed": 0}).read_bytes()]
    if suffix == ".pkl":
        return files + [pickle.dumps(entries, protocol) for protocol in range(3, 6)]
    stream = io.BytesIO()
    np.savez_compressed(stream, **entries)
    return [*files, stream.getvalue()]


def checkpoint_files(folder):
    rng = np.random.default_rng(0)
    vector, row = rng.random(9), dict.fromkeys(HISTORY_COLUMNS, 1.0) | {"epoch": 1}
    moments = {"velocity": rng.random(9), "steps": np.array(1)}
    state = TrainingState(vector, vector, rng.bit_generator.state, moments, 1, 1, 0.5, 1, 0.5, (row,))
    return [save_checkpoint(folder / "begin.npz", state, {"seed": 0, "layer_sizes": [4, 1]}).read_bytes()]


# What is done to them


def truncate(rng, content, words, others):
    return content[: rng.randrange(len(content) + 1)]


def flip_bits(rng, content, words, others):
    content = bytearray(content)
    for _ in range(rng.choice((1, 1, 1, 2, 8))):
        if content:
            content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    return bytes(content)


def insert_word(rng, content, words, others):
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.choice(words) * rng.choice((1, 1, 1, 50)) + content[place + rng.choice((0, 0, 1, 9)) :]


def insert_bytes(rng, content, words, others):
    place = rng.randrange(len(content) + 1)
    return content[:place] + rng.randbytes(rng.randrange(1, 9)) + content[place + rng.choice((0, 4)) :]


def put_number(rng, content, words, others):
    place, size = rng.randrange(len(content) + 1), rng.choice((1, 2, 4, 8))
    number = (rng.choice(NUMBERS) % 256**size).to_bytes(size, rng.choice(("little", "big")))
    return content[:place] + number + content[place + size :]


def cut_out(rng, content, words, others):
    start, end = sorted(rng.randrange(len(content) + 1) for _ in range(2))
    return content[:start] + content[end:]


def repeat_part(rng, content, words, others):
    start = rng.randrange(len(content) + 1)
    part = content[start : start + rng.randrange(1, 60)]
    return content[:start] + part * rng.choice((2, 3, 100)) + content[start:]


def splice(rng, content, words, others):
    other = rng.choice(others)
    return content[: rng.randrange(len(content) + 1)] + other[rng.randrange(len(other) + 1) :]


def swap_lines(rng, content, words, others):
    lines = content.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines)


BYTES = (truncate, flip_bits, insert_word, insert_bytes, put_number, cut_out, repeat_part, splice, swap_lines)


def change_bytes(rng, content, kind, others):
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        content = rng.choice(BYTES)(rng, content, WORDS[kind], others)
    return content[:200_000]


def change_inside_gzip(rng, content, kind, others):
    """Change the text of a CSV file and pack it anew."""
    if content.startswith(b"\x1f\x8b"):
        content = gzip.decompress(content)
    return gzip.compress(change_bytes(rng, content, kind, others), 1, mtime=0)


def change_members(rng, content, kind, others):
    """Change, swap, rename, retype or drop the arrays of an .npz file, often with a checksum that is right again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    names = list(members)
    for _ in range(rng.choice((1, 1, 2))):
        name, other = rng.choice(names), rng.choice(names)
        action = rng.randrange(7)
        if action == 0:
            members[name], members[other] = members[other], members[name]
        elif action == 1:
            members[name] = change_bytes(rng, members[name], "npz", list(members.values()))
        elif action == 2:
            members.pop(name, None)
            names = list(members) or ["x.npy"]
            members.setdefault(names[0], b"")
        elif action == 3:
            members[rng.choice(("W3.npy", "moment_x.npy", "x", "", "W1", "\x1b[31m.npy", "../W1.npy"))] = members[name]
        else:
            members[name] = npy(odd_array(rng, members[name]))
    if rng.random() < 0.8:
        with contextlib.suppress(Exception):
            members = with_right_checksum(members, rng)
    stream = io.BytesIO()
    packing = rng.choice(
        (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED, zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2)
    )
    with warnings.catch_warnings(), zipfile.ZipFile(stream, "w", packing) as archive:
        warnings.simplefilter("ignore")  # a name twice
        for name, member in members.items():
            archive.writestr(name or "nameless", member)
            if rng.random() < 0.02:
                archive.writestr(name or "nameless", member)
    return stream.getvalue()


def npy(array):
    stream = io.BytesIO()
    np.lib.format.write_array(stream, array, allow_pickle=True)
    return stream.getvalue()


def odd_array(rng, member):
    """An array that does not belong there, often made from the one that does."""
    with contextlib.suppress(Exception):
        array = np.lib.format.read_array(io.BytesIO(member), allow_pickle=False)
        change = rng.randrange(8)
        if change < 2 and array.size and array.dtype.kind == "f":
            array = array.copy()
            array.flat[rng.randrange(array.size)] = rng.choice((np.nan, np.inf, -np.inf, 1e308, -0.0))
            return array
        if change < 7:
            retype = rng.choice(("f2", "f4", ">f8", "f16", "i8", "c16", "O", "U9", "S9", "?", "V8", "M8[s]"))
            changes = (lambda: array.reshape(-1), lambda: array[:0], lambda: array[None], lambda: array.T,
                       lambda: array.astype(retype), lambda: np.asfortranarray(array))  # fmt: skip
            return rng.choice(changes)()
    return np.array(
        rng.choice((1, 1.5, "text", None, [1.0], [[[]]], {"a": 1}, "[" * 5000)), dtype=rng.choice((None, object))
    )


def with_right_checksum(members, rng):
    """Change the JSON in a file, sometimes, and compute the checksum that fits all of it."""
    arrays = {name.removesuffix(".npy"): np.lib.format.read_array(io.BytesIO(c)) for name, c in members.items()}
    arrays.pop("sha256", None)
    for name in ("facts", "metadata"):
        if name in arrays:
            text = str(arrays[name])
            if rng.random() < 0.7:
                text = json.dumps(change_json(rng, json.loads(text)))
            arrays[name] = np.array(text)
    texts = {name: str(array) if name in ("facts", "metadata") else array for name, array in arrays.items()}
    return {f"{n}.npy": npy(np.asarray(a)) for n, a in ({"sha256": array_files.fingerprint(texts)} | arrays).items()}


def change_json(rng, value):
    """Replace one value somewhere in a JSON document."""
    value = copy.deepcopy(value)
    place = value
    while isinstance(place, dict) and place:
        key = rng.choice(list(place))
        if not isinstance(place[key], dict) or rng.random() < 0.3:
            place[key] = rng.choice(SCRAPS)
            if rng.random() < 0.2:
                del place[key]
            break
        place = place[key]
    return value if rng.random() < 0.95 else rng.choice(SCRAPS)


def random_pickle(rng, content, kind, others):
    """A pickle program of random instructions, with arguments that fit."""
    program = [b"\x80\x04"] if rng.random() < 0.5 else []
    for _ in range(rng.randrange(1, 25)):
        program.append(
            rng.choice(WORDS["pkl"][:-2]) if rng.random() < 0.7 else pickle.dumps(rng.choice(SCRAPS), 4)[2:-1]
        )
    place = rng.randrange(len(content) + 1) if rng.random() < 0.5 else 0
    return content[:place] + b"".join(program) + (content[place:] if rng.random() < 0.5 else b".")


# The loaders, and what each may give


def check_dataset(dataset):
    assert isinstance(dataset, Dataset)
    assert len(dataset) > 0
    assert dataset.X.size > 0


def check_layers(parameters):
    for W, b in parameters:
        assert W.ndim == 2
        assert b.shape == (len(W), 1)
        assert np.isfinite(W).all()
        assert np.isfinite(b).all()
        assert W.flags.owndata
        assert W.flags.writeable


def check_training(state):
    assert isinstance(state, TrainingState)
    assert len(state.history) == state.epoch
    assert state.vector.shape == state.best_vector.shape
    np.random.PCG64().state = state.rng_state


class Target:
    """A loader, the files to begin with, the changes that suit them, and the error that it may raise."""

    def __init__(self, suffix, kind, load, check, error, files, changes):
        self.suffix, self.kind, self.load, self.check, self.error = suffix, kind, load, check, error
        self.files, self.changes = files, changes


def targets(folder):
    return {
        "load_csv": Target(".csv", "csv", load_csv, check_dataset, DataFileError, csv_files(),
                           (change_bytes, change_bytes, change_inside_gzip)),
        "load_parameters .npz": Target(".npz", "npz", load_parameters, check_layers, ParameterFileError,
                                       parameter_files(".npz", folder), (change_bytes, change_members)),
        "load_parameters .pkl": Target(".pkl", "pkl", load_parameters, check_layers, ParameterFileError,
                                       parameter_files(".pkl", folder), (change_bytes, random_pickle)),
        "load_checkpoint": Target(".npz", "npz", load_checkpoint, check_training, CheckpointFileError,
                                  checkpoint_files(folder), (change_bytes, change_members, change_members)),
    }  # fmt: skip


WATCH = {"on": False, "seen": []}


def watch(event, arguments):
    """Note what a loader must never do: an audit hook, which stays for the life of the process."""
    if WATCH["on"] and (event.startswith(HARMFUL) or (event == "open" and set(str(arguments[1])) & set("wxa+"))):
        WATCH["seen"].append((event, str(arguments)[:100]))


def problem(target, path):
    """Load a file; return what was wrong about that, or None, and whether the file was taken."""
    WATCH["seen"], WATCH["on"] = [], True
    start = time.process_time()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            loaded = target.load(path)
    except target.error as error:
        message, loaded = str(error), None
    except BaseException:
        return traceback.format_exc(limit=-3), False
    finally:
        WATCH["on"] = False
    if WATCH["seen"]:
        return f"it did {WATCH['seen'][0]}", False
    if time.process_time() - start > SLOWEST:
        return f"it took {time.process_time() - start:.0f} seconds", False
    if loaded is not None:
        try:
            target.check(loaded)
        except Exception:
            return "what came back is wrong: " + traceback.format_exc(limit=-2), True
        return None, True
    if path.name not in message or not message.isprintable() or len(message) > LONGEST or len(message.split()) < 6:
        return f"the sentence helps nobody: {message[:200]!r} ({len(message)} characters)", False
    return None, False


def peak_memory():
    """The most memory this process has ever used, in bytes, or 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def fuzz(folder, *, seed=0, cases=None, seconds=None):
    """Load so many broken files with each loader, or for so many seconds; return what was wrong, and the counts."""
    rng, found, counts = random.Random(seed), {}, Counter()
    chosen = targets(folder)
    if "hooked" not in WATCH:
        sys.addaudithook(watch)
        WATCH["hooked"] = True
    before, end = peak_memory(), time.monotonic() + (seconds or 1e9)
    number = 0
    while time.monotonic() < end and (cases is None or number < cases):
        for name, target in chosen.items():
            change = rng.choice(target.changes)
            content = change(rng, rng.choice(target.files), target.kind, target.files)
            path = folder / f"fuzzed{target.suffix}"
            path.write_bytes(content)
            wrong, taken = problem(target, path)
            if wrong is None and peak_memory() - before > GROWTH:
                wrong, before = f"memory grew by {peak_memory() - before:,} bytes", peak_memory()
            counts[name, "taken" if taken else "refused"] += 1
            if wrong is not None:
                found.setdefault(f"{name}: {wrong}", content)
        number += 1
    return found, counts


def shortened(function, content):
    """How a found file is shown: in a form that can be pasted into a test."""
    return function(content if len(content) <= 400 else content[:400] + b"...")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=None, help="repeats a run; by default every run is another")
    arguments = parser.parse_args()
    seed = struct.unpack("<I", random.randbytes(4))[0] if arguments.seed is None else arguments.seed
    with tempfile.TemporaryDirectory() as folder:
        found, counts = fuzz(Path(folder), seed=seed, seconds=arguments.seconds)
    for key, content in found.items():
        print(f"{key}\n    {shortened(repr, content)}\n")
    for (name, outcome), count in sorted(counts.items()):
        print(f"{name:22} {outcome:8} {count:,}")
    print(
        f"seed {seed}: {sum(counts.values()):,} files, {len(found)} problems, {peak_memory() / 2**20:,.0f} MB at most"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
