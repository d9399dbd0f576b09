"""The tables of RESULTS.md from what was measured."""

import statistics

from measurements.speed.epochs import GOALS, PEERS

SHARES = (
    ("share of the products in this project's", "products", "unmeasured"),
    ("share of the products in the bare loop's", "products", "bare_loop"),
    ("share of the products in JAX's", "jax_products", "jax_jit"),
)


def table(header, rows):
    """Return a Markdown table as lines; the first column is left, the others right aligned."""
    align = ["---", *["---:"] * (len(header) - 1)]
    return ["| " + " | ".join(map(str, cells)) + " |" for cells in (header, align, *rows)]


def network_name(layer_sizes, batch_size):
    """Return such as "784-10-10-10, batch 64"."""
    return f"{'-'.join(map(str, layer_sizes))}, batch {batch_size}"


def headline_table(networks, results):
    """Return the lines of the table that docs/RESULTS.md shows: an epoch of `train` as it is."""
    ours = [result["ours"]["epoch"] for result in results]
    pytorch = [[r[name]["epoch"] for name in ("pytorch_eager", "pytorch_fused")] for r in results]
    rows = [
        ["this project", *map(seconds, ours)],
        ["PyTorch, eager to fused Adam", *(" to ".join(map(seconds, pair)) for pair in pytorch)],
        row("PyTorch, torch.compile", results, "pytorch_compiled"),
        row("JAX, jitted", results, "jax_jit"),
        row("scikit-learn, which measures nothing", results, "scikit_learn"),
        [
            "times as fast as PyTorch",
            *(
                " to ".join(f"{time / own:.1f}" for time in pair)
                for pair, own in zip(pytorch, ours, strict=True)
            ),
        ],
        ["times as fast as JAX", *times_as_fast(results, "jax_jit")],
        ["times as fast as scikit-learn", *times_as_fast(results, "scikit_learn")],
    ]
    return table(["seconds per epoch, measuring included", *names(networks)], rows)


def names(networks):
    """Return the titles of the columns."""
    return [network_name(*network) for network in networks]


def seconds(value):
    """Return seconds as text."""
    return f"{value:.3f}"


def row(title, results, peer, what="epoch"):
    """Return a row of a figure of a peer; of one that did not run it says so."""
    return [title, *(seconds(r[peer][what]) if peer in r else "did not run" for r in results)]


def times_as_fast(results, peer):
    """Return how many times as fast as a peer this project is, as texts."""
    return [f"{result[peer]['epoch'] / result['ours']['epoch']:.1f}" for result in results]


def training_table(networks, results):
    """Return the lines of the table of training alone, with what the products are of it."""
    rows = [
        row(title, results, peer, "training") for peer, title in PEERS.items() if peer != "ours"
    ]
    for title, part, whole in SHARES:
        shares = [result[part]["training"] / result[whole]["training"] for result in results]
        rows.append([title, *(f"{100 * share:.0f} %" for share in shares)])
    costs = [result["ours"]["epoch"] / result["unmeasured"]["training"] for result in results]
    prices = [f"{100 * (c - 1):.0f} % (goal 15{'' if c <= 1.15 else ', missed'})" for c in costs]
    rows.append(["measuring makes an epoch longer by", *prices])
    rows.append(row("JAX, first epoch with compiling", results, "jax_jit", "first"))
    return table(["seconds per epoch, nothing measured", *names(networks)], rows)


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
    return table(["times as fast as", *names(networks)], rows)


def details_table(networks, results):
    """Return the lines of the table of spread, wall-clock time, memory and accuracy."""
    rows = []
    for network, result in zip(networks, results, strict=True):
        for peer, title in PEERS.items():
            if peer not in result:
                continue
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
