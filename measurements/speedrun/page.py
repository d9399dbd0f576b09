"""What docs/SPEEDRUN.md shows of the stored results: entries, the fastest recipe, the peers."""

import importlib
import inspect

from helpers.internals.files import replace_file
from measurements.mnist.result_files import ROOT, load_results
from scripts.results import insert

PAGE = ROOT / "docs" / "SPEEDRUN.md"


def write_page():
    """Write into the page what speedrun.json, speedrun_peers.json and the fastest recipe say."""
    text = PAGE.read_text(encoding="utf-8")
    entries = stored("speedrun", "entries")
    if entries:
        fastest = min(entries, key=lambda entry: entry["relative"])["name"]
        text = insert(text, "entries", entries_table(entries), by="make speedrun")
        recipe = ["```python", *recipe_lines(fastest), "```"]
        text = insert(text, "recipe", recipe, by="make speedrun")
    rows = stored("speedrun_peers", "rows")
    if rows:
        text = insert(text, "peers", peers_table(rows), by="make speedrun-peers")
    replace_file(PAGE, text.encode())


def stored(name, key):
    """Return a list of a result file, empty where nothing was measured yet."""
    try:
        return load_results(name)[key]
    except FileNotFoundError:
        return []


def entries_table(entries):
    """Return the table of entries as lines of Markdown, the fastest first."""
    lines = [
        "| date | recipe | lines | test accuracy, 5 seeds | seconds | over products | by |",
        "|---|---|---|---|---|---|---|",
    ]
    for entry in sorted(entries, key=lambda entry: entry["relative"]):
        path = f"../measurements/speedrun/entries/{entry['name']}.py"
        lines.append(
            f"| {entry['date']} | [{entry['name']}]({path}): {entry['recipe']} | {entry['lines']} "
            f"| {entry['test_accuracy']:.2%} ± {entry['spread']:.2%} | {entry['cpu_seconds']:.1f} "
            f"| {entry['relative']:.1f} | {entry['who']} |"
        )
    return lines


def recipe_lines(name):
    """Return the lines of an entry below its imports."""
    module = importlib.import_module(f"measurements.speedrun.entries.{name}")
    _, _, below = inspect.getsource(module).rpartition("import ")
    return below.partition("\n")[2].strip().splitlines()


def peers_table(rows):
    """Return a line of Markdown per library: seconds to both goals by both recipes."""
    lines = [
        "| | raw images: to 98 % | to 99 % | best | our images: to 98 % | to 99 % | best |",
        "|---|---|---|---|---|---|---|",
    ]
    for peer in dict.fromkeys(row["peer"] for row in rows):
        cells = [next(row["title"] for row in rows if row["peer"] == peer)]
        for row in (row for row in rows if row["peer"] == peer):
            cells += [reached(row["to_98"]), reached(row["to_99"]), f"{row['best']:.2%}"]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def reached(goal):
    """Return the seconds of the processor and the epochs to a goal, or that there were none."""
    if goal is None:
        return "not reached"
    epochs = f"{goal['epochs']} epoch{'s' * (goal['epochs'] > 1)}"
    return f"{goal['cpu_seconds']:.1f} s, {epochs}"
