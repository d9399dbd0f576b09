"""The runs of the training lab as a table that compares them."""

import html
import math

from helpers.widgets.lab_runs import best, last

SORTS = {
    "run": lambda run: run.number,
    "learning rate": lambda run: run.values["learning_rate"],
    "parameters": lambda run: run.parameters,
    "best dev accuracy": lambda run: best(run),
    "last train accuracy": lambda run: last(run, "train_accuracy"),
    "last dev loss": lambda run: last(run, "dev_loss"),
    "epochs": lambda run: len(run.result.history),
    "seconds": lambda run: run.seconds,
}


def table(runs, current, sort_by="run", descending=True):
    """Return the runs as an HTML table.

    runs: with results. current: the one in full color; what differs from its settings is bold. sort_by: a key of
    SORTS. Raises KeyError for any other.
    """
    if not runs:
        return "No run yet."
    ordered = sorted(runs, key=SORTS[sort_by], reverse=descending)
    rows = [_row(run, current) for run in ordered]
    heads = "".join(f'<th scope="col" style="{CELL}; white-space: normal">{name}</th>' for name in rows[0][0])
    body = "".join("<tr>" + "".join(f'<td style="{CELL}">{text}</td>' for text in cells) + "</tr>" for _, cells in rows)
    head = f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    return (
        f'<div style="overflow-x: auto; line-height: 1.5"><table style="border-collapse: collapse">{head}</table></div>'
    )


CELL = "padding: 1px 8px; text-align: right; border-bottom: 1px solid #ccc; white-space: nowrap"


def _row(run, current):
    """Return the names of the columns and the cells of one run, as HTML."""
    cells = {"run": f"▶ {run.number}" if run is current else str(run.number)}
    cells["best dev accuracy"] = "–" if best(run) < 0 else f"{best(run):.3f}"
    theirs = current.settings() if current else {}
    for name, text in run.settings().items():
        cells[name] = f"<b>{html.escape(text)}</b>" if theirs.get(name, text) != text else html.escape(text)
    cells["last train accuracy"] = _decimals(last(run, "train_accuracy"))
    cells["last dev loss"] = _decimals(last(run, "dev_loss"))
    cells["epochs"] = f"{len(run.history)} (best {run.best_epoch})"
    cells["ended by"] = html.escape(run.result.stop_reason)
    cells["seconds"] = f"{run.seconds:.2f}"
    cells["steps/s"] = f"{run.steps_a_second:,.0f}"
    return list(cells), list(cells.values())


def _decimals(value):
    return f"{value:.3f}" if math.isfinite(value) else "–"
