"""The tables of RESULTS.md from what was measured."""

import statistics

from measurements.speed.epochs import GOALS, PEERS


def table(header, rows):
    """Return a Markdown table as lines; the first column is left, the others right aligned."""
    align = ["---", *["---:"] * (len(header) - 1)]
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in (header, align, *rows)]


def network_name(layer_sizes, batch_size):
    """Return such as "784-10-10-10, batch 64"."""
    return f"{'-'.join(map(str, layer_sizes))}, batch {batch_size}"


def epochs_table(networks, results):
    """Return the lines of the table of seconds an epoch: networks and results in the same order."""
    rows = [
        [title, *(f"{result[peer]['epoch']:.3f}" for result in results)]
        for peer, title in PEERS.items()
    ]
    rows.append(
        ["share of the products in ours", *(percent(r["products"], r["ours"]) for r in results)]
    )
    rows.append(
        ["JAX, first epoch with compiling", *(f"{r['jax_jit']['first']:.2f}" for r in results)]
    )
    return table(["seconds an epoch", *(network_name(*network) for network in networks)], rows)


def percent(part, whole):
    """Return the ratio of two medians as text."""
    return f"{100 * part['epoch'] / whole['epoch']:.0f} %"


def ratios(results):
    """Return rows (title, ratio per network, goal per network): how many times as fast ours is."""
    rows = [
        (
            f"{PEERS[peer]}",
            [result[peer]["epoch"] / result["ours"]["epoch"] for result in results],
            goals,
        )
        for peer, goals in GOALS.items()
    ]
    with_compiling = [result["jax_jit"]["ten"] / result["ours"]["ten"] for result in results]
    return [*rows, ("JAX, ten epochs and their compiling", with_compiling, (1, 1, 1))]


def ratios_table(networks, results):
    """Return the lines of the table of ratios, each beside its goal."""
    rows = []
    for title, values, goals in ratios(results):
        cells = [
            f"{value:.2f} (goal {goal}{'' if value >= goal else ', missed'})"
            for value, goal in zip(values, goals, strict=True)
        ]
        rows.append([title, *cells])
    return table(["times as fast as", *(network_name(*network) for network in networks)], rows)


def details_table(networks, results):
    """Return the lines of the table of spread, wall-clock time, memory and accuracy."""
    rows = []
    for network, result in zip(networks, results, strict=True):
        for peer, title in PEERS.items():
            r = result[peer]
            accuracy = "" if r["accuracy"] is None else f"{100 * r['accuracy']:.1f} %"
            times = f"{r['fastest']:.3f} to {r['slowest']:.3f}"
            rows.append(
                [
                    network_name(*network),
                    title,
                    times,
                    f"{r['wall']:.3f}",
                    f"{r['peak_mb']:.0f}",
                    accuracy,
                ]
            )
    return table(
        ["network", "who", "fastest to slowest", "wall clock", "peak MB", "test accuracy"], rows
    )


def beginner_table(rows):
    """Return the lines of the table of compare_with_beginner."""
    cells = [
        [name, steps, f"{seconds:.1f}", f"{100 * accuracy:.1f} %"]
        for name, steps, seconds, accuracy in rows
    ]
    return table(
        ["784-10-10-10", "epochs, or steps on all images", "seconds", "test accuracy"], cells
    )


def csv_table(runs):
    """Return the lines of the table of CSV readers. runs: the answers of each round by reader."""
    rows = []
    for name in runs[0]:
        seconds, beyond, held = zip(*(run[name] for run in runs), strict=True)
        rows.append(
            [name, f"{statistics.median(seconds):.2f}", f"{held[0]:.0f}", f"{max(beyond):.0f}"]
        )
    return table(["reader", "seconds", "returned MB", "peak MB beyond that"], rows)
