"""Handed-in notebooks: found by what is in them, in folders and zip files; nothing is run, unpacked or changed."""

import io
import itertools
import json
import os
import re
import stat
import time
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

import helpers.exercises as exercises
from helpers.exercises.verdict import is_question
from tools.notebooks import ASKED

ROOT = Path(__file__).resolve().parents[2]
CHECKS = {
    name: check.exercise for name, check in vars(exercises).items() if hasattr(check, "exercise")
}
CALL = re.compile(rf"\b({'|'.join(CHECKS)})\(")
SAID = re.compile(r"([○✓✗]) (?:Exercise|Question) (\d+\.\w+) [a-z ]+: (.*)", re.DOTALL)
STATES = {"○": "open", "✓": "solved", "✗": "not yet"}  # as they are written in a verdict
OUR_TAGS = re.compile(r"(answer|check)-\d+\.\w+|raises-exception|hide-output|nbval-[a-z-]+")
COLORS = re.compile(r"\x1b\[[0-9;]*m")
HEADING = re.compile(r"^### Exercise \d+\.\d+: ", re.MULTILINE)
PREDICT = re.compile(r"^> \*\*Predict\.?\*\*\s*(.*)", re.MULTILINE)
YOURS = re.compile(r"\s*\*Your prediction:\*\s*")
LARGEST = 50 * 10**6  # bytes of a file that is read
MOST_MEMBERS = 5000  # of a zip file
DEEPEST = 2  # zip files inside of zip files


@dataclass
class Cell:
    """A cell of somebody's file, of which nothing is certain."""

    number: int  # counted from 1
    id: str
    kind: str
    source: str
    tags: tuple = ()
    outputs: tuple = ()
    count: int = 0

    @property
    def error(self):
        """What stopped the cell, as text, or ""."""
        for output in self.outputs:
            if output.get("output_type") == "error":
                lines = output.get("traceback")
                last = lines[-1] if isinstance(lines, list) and lines else ""
                name = f"{output.get('ename')}: {output.get('evalue')}"
                return COLORS.sub("", str(last)) if "Exercise" in str(last) else name
        return ""


@dataclass
class Said:
    """What became of an exercise."""

    state: str  # "solved", "not yet", "open", "failed", "not run", "no check"
    mistake: str = ""
    message: str = ""
    when_run: str = ""  # the state that it has when it is run again


@dataclass
class HandIn:
    """A handed-in notebook."""

    parts: tuple  # of its path, zip files among them
    time: float
    data: bytes
    cells: list
    stem: str  # of our notebook
    learner: str = ""
    said: dict = field(default_factory=dict)  # key: Said
    notes: list = field(default_factory=list)  # what happened when it was run again

    @property
    def place(self):
        """Where it was found."""
        return "/".join(self.parts)


# Finding them


def collect(folder):
    """([HandIn], [what could not be read, and why])."""
    problems, found = [], []
    originals = our_notebooks()
    for parts, when, data in files_in(Path(folder), problems):
        try:
            cells = read_cells(data)
            stem = which(cells, originals)
        except ValueError as error:
            problems.append(f"{'/'.join(parts)}: {error}")
            continue
        hand_in = HandIn(parts, when, data, cells, stem)
        checks = [cell for cell in originals[stem] if cell.kind == "code"]
        mine = [key for cell in checks for key in keys_of(cell)]
        hand_in.said = {key: said_of(cells, key) for key in mine}
        found.append(hand_in)
    name_learners(found)
    latest = {}
    for hand_in in sorted(found, key=lambda one: one.time):
        place = hand_in.learner, hand_in.stem
        if place in latest:
            words = f"{latest[place].place}: left out, since {hand_in.place} was saved later"
            problems.append(words)
        latest[place] = hand_in
    return sorted(latest.values(), key=lambda one: (one.learner.casefold(), one.stem)), problems


def files_in(folder, problems):
    """Yield (parts of the path, time, content) of every notebook in a folder; links are not followed."""
    for directory, names, files in os.walk(folder):
        names.sort()
        for file in sorted(files):
            path = Path(directory, file)
            parts = path.relative_to(folder).parts
            if is_hidden(parts) or path.is_symlink() or not path.is_file():
                continue
            if path.suffix.lower() not in (".ipynb", ".zip"):
                continue
            if path.suffix.lower() == ".zip":
                with path.open("rb") as archive:
                    yield from zipped(archive, parts, problems)
            elif path.stat().st_size > LARGEST:
                problems.append(f"{'/'.join(parts)}: refused, it is larger than {LARGEST:,} bytes")
            else:
                yield parts, path.stat().st_mtime, path.read_bytes()


def is_hidden(parts):
    """Whether a file is of a system, or a backup: `.ipynb_checkpoints`, `__MACOSX`."""
    return any(part.startswith(".") or part == "__MACOSX" for part in parts)


def zipped(file, parts, problems, depth=1):
    """Yield the same of a zip file; what is unsafe in it is refused, and nothing is unpacked to the disk."""
    place = "/".join(parts)
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        problems.append(f"{place}: refused, it is not a zip file that can be read ({error})")
        return
    with archive:
        members = archive.infolist()
        if len(members) > MOST_MEMBERS:
            problems.append(f"{place}: refused, it has {len(members):,} members")
            return
        for member in members:
            inner = PurePosixPath(member.filename.replace("\\", "/"))
            kind = inner.suffix.lower()
            if member.is_dir() or kind not in (".ipynb", ".zip"):
                continue
            if reason := unsafe(member, inner):
                problems.append(f"{place}/{inner}: refused, {reason}")
                continue
            if is_hidden(inner.parts):
                continue
            try:
                with archive.open(member) as opened:
                    data = opened.read(LARGEST + 1)
            except (zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError) as error:
                problems.append(f"{place}/{inner}: refused, it cannot be read ({error})")
                continue
            if len(data) > LARGEST:
                problems.append(f"{place}/{inner}: refused, it is larger than {LARGEST:,} bytes")
            elif kind == ".ipynb":
                yield (*parts, *inner.parts), seconds(member.date_time), data
            elif depth < DEEPEST:
                yield from zipped(io.BytesIO(data), (*parts, *inner.parts), problems, depth + 1)
            else:
                problems.append(f"{place}/{inner}: refused, a zip file too deep inside of others")


def unsafe(member, inner):
    """Why a member of a zip file is not read, or ""."""
    if inner.is_absolute() or ".." in inner.parts or ":" in str(inner):
        return "its path leads out of the folder"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link"
    if member.flag_bits & 1:
        return "it needs a password"
    return f"it is larger than {LARGEST:,} bytes" if member.file_size > LARGEST else ""


def seconds(date):
    """The date of a zip member as seconds, like the time of a file."""
    try:
        return time.mktime((*date, 0, 0, -1))
    except (ValueError, OverflowError):
        return 0.0


def name_learners(hand_ins):
    """Name the learner of each: a folder's name at the depth where fewest have handed in the same notebook twice."""
    folders = [one.parts[:-1] for one in hand_ins]

    def names(depth):
        return [
            plain(folder[depth]) if len(folder) > depth else rest_of_name(one)
            for folder, one in zip(folders, hand_ins, strict=True)
        ]

    def twice(learners):
        pairs = {(who, one.stem) for who, one in zip(learners, hand_ins, strict=True)}
        return len(hand_ins) - len(pairs)

    for one, learner in zip(hand_ins, min(map(names, range(5)), key=twice), strict=True):
        one.learner = learner


def plain(name):
    """A folder's name without what Moodle and a zip file add to it."""
    name = re.sub(r"_\d+_assignsubmission_.*", "", name)
    return re.sub(r"\.zip$", "", name, flags=re.IGNORECASE).strip() or name


def rest_of_name(hand_in):
    """What a file's name says beside the name of our notebook, as "ada" in "ada_01_data_loading (1)", or its folder."""
    *folders, name = hand_in.parts
    stem = plain(PurePosixPath(name).stem)
    rest = re.sub(r"\(\d+\)|-Copy\d*$", "", stem.replace(hand_in.stem, "")).strip(" _-.")
    return rest or plain(folders[-1] if folders else stem)


# Reading one


def read_cells(data):
    """The cells of a notebook's file. Raises ValueError where it is none."""
    try:
        cells = json.loads(data)["cells"]
        return [
            Cell(
                number,
                str(cell.get("id", "")),
                str(cell["cell_type"]),
                joined(cell.get("source", "")),
                tuple(map(str, cell.get("metadata", {}).get("tags", ()))),
                tuple(one for one in cell.get("outputs", ()) if isinstance(one, dict)),
                cell.get("execution_count") if isinstance(cell.get("execution_count"), int) else 0,
            )
            for number, cell in enumerate(cells, 1)
        ]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("this is not a notebook") from error


def joined(text):
    """The text of a field that is a string or a list of lines."""
    return "".join(map(str, text)) if isinstance(text, list) else str(text)


def our_notebooks():
    """{stem: cells} of the notebooks of this project."""
    paths = sorted((ROOT / "notebooks").glob("[!.]*.ipynb"))
    return {path.stem: read_cells(path.read_bytes()) for path in paths}


def which(cells, originals):
    """The stem of the notebook that shares the most cells. Raises ValueError where none shares any."""
    own = {cell.source.strip() for cell in cells}
    shared = {
        stem: len(own & {cell.source.strip() for cell in ours if len(cell.source) > 10})
        for stem, ours in originals.items()
    }
    best = max(shared, key=shared.get)
    if not shared[best]:
        raise ValueError("this is none of our notebooks: it shares no cell with them")
    return best


def verdicts(cell):
    """[(key, Said)] of all that checks said in the outputs of a cell."""
    found = []
    for output in cell.outputs:
        metadata, data = output.get("metadata"), output.get("data")
        text = joined(data.get("text/plain", "")) if isinstance(data, dict) else ""
        words = SAID.match(text)
        noted = metadata.get("exercise") if isinstance(metadata, dict) else None
        if isinstance(noted, dict) and noted.get("state") in STATES.values():
            message = words[3] if words else ""
            mistake = str(noted.get("mistake") or "")
            found.append((str(noted.get("key")), Said(noted["state"], mistake, message)))
        elif words:  # a program that saves without the metadata of outputs
            found.append((words[2], Said(STATES[words[1]], "", words[3])))
    return found


def said_of(cells, key):
    """The Said of an exercise: what its check said last, or why it said nothing."""
    run = sorted((cell for cell in cells if cell.kind == "code"), key=lambda cell: cell.count)
    said = [said for cell in run for found, said in verdicts(cell) if found == key]
    if said:
        return said[-1]
    asked = [cell for cell in run if key in keys_of(cell)]
    if not asked:
        return Said("no check")
    stopped = [cell.error for cell in asked if cell.error]
    return Said("failed", "", stopped[-1]) if stopped else Said("not run")


def keys_of(cell):
    """The exercises and questions that a cell checks."""
    return [*(CHECKS[name].key for name in CALL.findall(cell.source)), *ASKED.findall(cell.source)]


def answer_to(cells, key):
    """The cells that answer it, as text: those with its tag, the one before its check, or that of a question itself."""
    tagged = [cell.source for cell in cells if f"answer-{key}" in cell.tags]
    codes = [cell for cell in cells if cell.kind == "code"]
    pairs = zip(codes, codes, strict=True) if is_question(key) else itertools.pairwise(codes)
    return "\n\n".join(tagged or [one.source for one, check in pairs if key in keys_of(check)])


def predictions(cells):
    """[(question, what was written)] of a notebook's predictions."""
    found, question = [], ""
    for cell in cells:
        if "prediction" in cell.tags:
            found.append((question, YOURS.sub("", cell.source, count=1).strip()))
        elif cell.kind == "markdown" and (asked := PREDICT.search(cell.source)):
            question = asked[1]
    return found


# What is neither ours nor an answer


def code(cell):
    """What a cell runs, and those tags that could keep it from being run."""
    return cell.source.strip(), tuple(tag for tag in cell.tags if not OUR_TAGS.fullmatch(tag))


def cells_to_look_at(cells, ours):
    """[(what, source)] of the cells of code that are neither ours nor an answer, and of ours that are missing.

    An answer stands in the cell with the id of a blank. Prose is not compared, since it is never run.
    """
    pairs = itertools.pairwise(ours)
    blanks = {
        cell.id: code(cell)
        for heading, cell in pairs
        if HEADING.search(heading.source) or ASKED.search(cell.source)
    }
    missing, found = [code(cell) for cell in ours if cell.kind == "code"], []
    for cell in cells:
        if cell.kind != "code":
            continue
        ours_or_blank = blanks.get(cell.id, code(cell))
        if ours_or_blank in missing:
            missing.remove(ours_or_blank)
        elif cell.source.strip():
            found.append((f"cell {cell.number}", cell.source.strip()))
    return found + [("missing", source) for source, _ in missing]
