"""The live page computes what the helpers compute, and hands the panels' views what the notebooks hand them.

The numbers come from Python, and Chromium runs the modules of site/live on them.
"""

import base64
import functools
import http.server
import itertools
import json
import re
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from helpers.data import load_dataset, split
from helpers.drawing import draw_strokes, sample_strokes
from helpers.network import forward_propagation, initialize_parameters
from helpers.optimizers import pack_parameters, unpack_parameters
from helpers.preprocessing import preprocess
from helpers.storage import load_parameters, save_parameters
from helpers.training import Settings, initial_state, train, training
from helpers.widgets import DigitPad, MistakeExplorer, NetworkInspector, TrainingLab

ROOT = Path(__file__).parents[3]
sys.path.append(str(ROOT / "site" / "live"))

import one_file as live  # noqa: E402

MODELS = ROOT / "notebooks" / "models"
SIZES = [784, 12, 7, 10]
# What each test runs: `modules` are those of site/live, `floats` reads an array that Python sent,
# `sets` are the bundled digits, split as in the notebooks.
RUN = """async ([given, code]) => {
    const modules = {}, names = 'network preprocess random runs pad explorer inspector npz lab';
    for (const name of names.split(' ')) Object.assign(modules, await import(`/site/live/${name}.js`));
    const bytes = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
    const floats = text => new Float64Array(bytes(text).buffer);
    for (const [name, {images, labels}] of Object.entries(given.sets ?? {})) {
        const X = Float64Array.from(bytes(images), byte => byte / 255);
        (window.sets ??= {})[name] = {X, labels, m: labels.length};
    }
    const body = `return (async () => { ${code} })()`;
    const run = new Function('modules', 'given', 'floats', 'bytes', 'sets', body);
    const found = await run(modules, given, floats, bytes, window.sets);
    return JSON.stringify(found, (_, part) => ArrayBuffer.isView(part) ? [...part] : part);
}"""


class Quiet(http.server.SimpleHTTPRequestHandler):
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".js": "text/javascript"
    }

    def log_message(self, *arguments):
        pass


@pytest.fixture(scope="module")
def address():
    """The project over HTTP, from which modules can be imported."""
    handler = functools.partial(Quiet, directory=ROOT)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


@pytest.fixture(scope="module")
def run(browser, address, digits):
    """run(code, **given) -> what the code returns in Chromium."""
    page = browser.new_page()
    page.goto(f"{address}/site/live/page.css")

    def run(code, **given):
        return json.loads(page.evaluate(RUN, [given, code]))

    run("return 0", sets={"train": images(digits[0]), "dev": images(digits[1])})
    yield run
    page.close()


@pytest.fixture(scope="module")
def digits():
    return split(load_dataset("digits"), 1000, np.random.default_rng(0))


@pytest.fixture(scope="module")
def network():
    return [
        tuple(np.float64(part) for part in layer)
        for layer in load_parameters(MODELS / "digits_network.npz")
    ]


def transposed(parameters):
    """The vector of a network as network.js holds it, the weights of one input side by side."""
    return np.concatenate([part.ravel() for W, b in parameters for part in (W.T, b)])


def sent(array):
    return base64.b64encode(np.ascontiguousarray(array, np.float64).tobytes()).decode()


def images(dataset):
    pixels = np.rint(255 * dataset.X.T).astype(np.uint8)
    return {
        "images": base64.b64encode(pixels.tobytes()).decode(),
        "labels": dataset.labels.tolist(),
    }


def back(vector, sizes):
    """The layers in a vector that the page holds, in which the weights of one input lie side by side."""
    turned, at = [], 0
    for n_in, n_out in itertools.pairwise(sizes):
        W = np.array(vector[at : at + n_in * n_out]).reshape(n_in, n_out).T
        at += n_in * n_out
        turned.append((W, np.array(vector[at : at + n_out])[:, None]))
        at += n_out
    return turned


# The mathematics


@pytest.mark.parametrize("activation", ["relu", "leaky_relu", "sigmoid", "tanh"])
def test_forward_pass_of_a_thousand_images(run, digits, activation):
    parameters = initialize_parameters(SIZES, np.random.default_rng(1))
    parameters = [(W, b + 0.1) for W, b in parameters]
    found = run(
        """const network = modules.networkOf(floats(given.vector), given.sizes, given.activation);
        return modules.probabilities(network, sets.dev).map(P => [...P])""",
        vector=sent(transposed(parameters)),
        sizes=SIZES,
        activation=activation,
    )
    expected = forward_propagation(parameters, digits[1].X, activation=activation)[-1].T
    np.testing.assert_allclose(found, expected, atol=1e-6, rtol=0)


@pytest.mark.parametrize(
    ("optimizer", "rate", "batch", "l2", "activation"),
    [
        ("gradient descent", 0.1, 32, 0.0, "relu"),
        ("momentum", 0.01, 33, 0.001, "tanh"),
        ("adam", 0.003, 32, 0.0, "leaky_relu"),
        ("gradient descent", 0.1, None, 0.01, "sigmoid"),
    ],
)
def test_parameters_after_an_epoch(run, digits, optimizer, rate, batch, l2, activation):
    train_set, dev_set = digits
    settings = Settings(
        layer_sizes=SIZES,
        learning_rate=rate,
        batch_size=batch,
        optimizer=optimizer,
        l2=l2,
        activation=activation,
        seed=3,
    )
    state = initial_state(settings)
    rng = np.random.default_rng()
    rng.bit_generator.state = state.rng_state
    found = run(
        """const {sizes, settings} = given;
        const network = modules.networkOf(floats(given.vector), sizes, settings.activation);
        const memory = modules.optimizerState(network.vector.length);
        for (const _ of modules.epoch(network, sets.train, given.order, settings, memory));
        return network.vector""",
        sizes=SIZES,
        vector=sent(transposed(unpack_parameters(state.vector, SIZES))),
        order=None if batch is None else rng.permutation(len(train_set)).tolist(),
        settings={
            "batch": batch,
            "optimizer": optimizer,
            "rate": rate,
            "l2": l2,
            "activation": activation,
        },
    )
    after = next(filter(None, training(train_set, dev_set, settings, state)))
    assert np.abs(after.vector - state.vector).max() > 0.01
    np.testing.assert_allclose(pack_parameters(back(found, SIZES)), after.vector, atol=1e-9, rtol=0)


def test_random_numbers_are_those_of_numpy(run):
    for seed in (0, 7, 9999):
        rng = np.random.default_rng(seed)
        normal, order = rng.standard_normal(60_000), rng.permutation(4000)
        found = run(
            """const random = new modules.Random(given.seed);
            return [Array.from({length: 60000}, () => random.normal()), random.permutation(4000)]""",
            seed=seed,
        )
        np.testing.assert_allclose(found[0], normal, atol=1e-12, rtol=0)
        assert found[1] == order.tolist()


def test_a_run_of_the_page_is_that_of_train(run, digits):
    """Weights, order of the images and early stopping too: the line of code that the page shows is true."""
    train_set, dev_set = digits
    result = train(
        train_set,
        dev_set,
        SIZES,
        learning_rate=0.3,
        batch_size=64,
        patience=2,
        max_epochs=12,
        seed=5,
    )
    values = {
        "learning_rate": 0.3,
        "hidden": SIZES[1:-1],
        "batch_size": 64,
        "optimizer": "gradient descent",
        "activation": "relu",
    }
    values |= {"l2": 0, "epochs": 12, "patience": 2, "seed": 5, "share": 100}
    found = run(
        """const run = new modules.Run(1, given.values, sets.train, sets.dev);
        await run.train(() => {});
        return {curves: run.curves, best: run.best, reason: run.stopReason}""",
        values=values,
    )
    assert found["reason"] == result.stop_reason == "early stopping"
    assert found["best"]["epoch"] == result.best_epoch
    for column, curve in found["curves"].items():
        np.testing.assert_allclose(curve[1:], result.history[column], atol=1e-9, rtol=0)
    np.testing.assert_allclose(
        pack_parameters(back(found["best"]["vector"], SIZES)),
        pack_parameters(result.parameters),
        atol=1e-9,
        rtol=0,
    )


# From strokes and photos to MNIST's form


def drawings():
    """Thirty drawings and their pens: the samples plain, small and turned with a thin pen, wide with a thick one."""
    rng = np.random.default_rng(0)
    for digit in range(10):
        strokes = sample_strokes(digit)
        yield strokes, 20
        for scale, pen in ((0.3, 6), (1.15, 40)):
            angle = rng.uniform(-0.4, 0.4)
            turn = scale * np.array(
                [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
            )
            place = rng.uniform(100, 180, 2) if scale < 1 else np.full(2, 140)
            yield (
                [((np.array(points) - 140) @ turn + place).round(1).tolist() for points in strokes],
                pen,
            )


def photos():
    """Ink on paper with a shadow, some noise, and a table's edge; and chalk on a board."""
    rng = np.random.default_rng(1)
    for digit, light in ((2, False), (4, False), (5, True), (8, False)):
        ink = 1 - draw_strokes(sample_strokes(digit), side=200, pen=6 if digit == 4 else 14)
        shadow = 0.5 + 0.4 * np.linspace(0, 1, 200)[:, None] * np.ones(200)
        gray = shadow * (1 - 0.7 * ink) + rng.normal(0, 0.01, ink.shape)
        if digit == 8:
            gray[:, :10] = 0.1
        yield np.clip(1 - gray if light else gray, 0, 1)


PREPROCESSED = """const {x, stages, doubts} = modules.preprocess(picture);
    const parts = ({name, note, image}) => [name, note, image.height, image.width, image.data];
    return {x, doubts, stages: stages.map(parts)}"""


def assert_same_stages(found, prepared):
    np.testing.assert_allclose(found["x"], prepared.x[:, 0], atol=1e-6, rtol=0)
    assert tuple(found["doubts"]) == prepared.doubts
    assert len(found["stages"]) == len(prepared.stages)
    for (name, note, height, width, data), stage in zip(
        found["stages"], prepared.stages, strict=True
    ):
        assert (name, note, (height, width)) == (stage.name, stage.note, stage.image.shape)
        np.testing.assert_allclose(
            np.reshape(data, (height, width)), stage.image, atol=1e-6, rtol=0
        )


def test_thirty_drawings(run):
    drawn = list(drawings())
    draw = "const picture = modules.drawStrokes(strokes, pen);"
    code = f"return given.drawn.map(([strokes, pen]) => {{ {draw} {PREPROCESSED} }})"
    found = run(code, drawn=drawn)
    assert len(found) == 30
    for each, (strokes, pen) in zip(found, drawn, strict=True):
        assert_same_stages(each, preprocess(draw_strokes(strokes, pen=pen)))
    assert len({tuple(each["doubts"]) for each in found}) > 1


def test_photos(run):
    for gray in photos():
        code = f"const picture = modules.pictureOf(given.width, given.height, floats(given.gray)); {PREPROCESSED}"
        found = run(code, gray=sent(gray), height=gray.shape[0], width=gray.shape[1])
        assert_same_stages(found, preprocess(gray))


@pytest.mark.parametrize(
    "gray",
    [
        np.ones((140, 140)),
        draw_strokes([[(70, 60), (70, 220)], [(200, 60), (200, 220)]]),
        draw_strokes([[(-20, 20 * i), (300, 20 * i)] for i in range(15)], pen=24),
        np.random.default_rng(0).random((120, 120)),
    ],
    ids=["blank", "two digits", "all black", "noise"],
)
def test_what_is_refused_is_refused_in_the_same_words(run, gray):
    with pytest.raises(ValueError, match=r"\w") as refused:
        preprocess(gray)
    found = run(
        """const picture = modules.pictureOf(given.width, given.height, floats(given.gray));
        try { modules.preprocess(picture) } catch (error) { return error.message }""",
        gray=sent(gray),
        height=gray.shape[0],
        width=gray.shape[1],
    )
    assert found == str(refused.value)


# What the views are given


def assert_alike(found, expected, where="answer"):
    """Compare what the page made with what Python made: equal texts, close numbers, bytes one step apart at most."""
    if isinstance(expected, dict):
        assert set(found) == set(expected), where
        for name in expected:
            assert_alike(found[name], expected[name], f"{where}.{name}")
    elif isinstance(expected, bytes) and where.endswith("values"):
        numbers = np.frombuffer(bytes(found), "<f4")
        np.testing.assert_allclose(
            numbers, np.frombuffer(expected, "<f4"), atol=1e-6, err_msg=where
        )
    elif isinstance(expected, bytes):
        assert (
            np.abs(np.array(found, int) - np.frombuffer(expected, np.uint8)).max(initial=0) <= 1
        ), where
    elif isinstance(expected, list | tuple) and where.split(".")[-1] != "links":
        assert len(found) == len(expected), where
        for i, part in enumerate(expected):
            assert_alike(found[i], part, f"{where}[{i}]")
    elif isinstance(expected, float | list):
        np.testing.assert_allclose(found, expected, atol=1e-6, err_msg=where)
    else:
        assert found == expected, where


def test_the_pad_answers_as_in_a_notebook(run, digits, network):
    panel = DigitPad(network, digits[0])
    code = """const network = modules.networkOf(floats(given.vector), given.sizes), names = [...'0123456789'];
        const pad = new modules.Pad([{name: 'n', network}], names, given.samples);
        pad.look(sets.train);
        return given.boards.map(([strokes, pen]) => {
            pad.put({pen});
            pad.lay({strokes});
            return pad.get('answer');
        })"""
    boards = [*drawings(), ([[(70, 60), (70, 220)], [(200, 60), (200, 220)]], 20), ([], 20)]
    given = {"vector": sent(transposed(network)), "sizes": [784, 10, 10, 10]}
    found = run(
        code, boards=boards, samples=[sample_strokes(digit) for digit in range(10)], **given
    )
    for answer, (strokes, pen) in zip(found, boards, strict=True):
        panel.surface.pen = pen
        panel.surface.strokes = [[list(point) for point in points] for points in strokes]
        expected = panel.surface.answer
        assert_alike(answer | {"stamp": 0}, expected | {"stamp": 0})


def test_the_explorer_shows_what_it_shows_in_a_notebook(run, digits, network):
    train_set, dev_set = digits
    panel = MistakeExplorer(network, dev_set, train_set)
    choices = [
        {},
        {"true": 4, "predicted": 9},
        {"true": 3, "predicted": 3, "order": "least sure first"},
    ]
    choices += [
        {"group": "every image", "order": "largest loss first", "page": 2},
        {"group": "marked as doubtful"},
    ]
    code = """const network = modules.networkOf(floats(given.vector), given.sizes), names = [...'0123456789'];
        const explorer = new modules.Explorer(network, sets.dev, sets.train, names), first = explorer.get('choice');
        const pages = given.choices.map(choice => {
            explorer.put({choice: {...first, ...choice}, marked: [3, 40, 101]});
            explorer.changed(['choice', 'marked']);
            return ['choice', 'page', 'tally'].map(name => explorer.get(name));
        });
        explorer.showNearest(17);
        return [pages, explorer.get('closer')]"""
    given = {"vector": sent(transposed(network)), "sizes": [784, 10, 10, 10]}
    pages, closer = run(code, choices=choices, **given)
    panel.doubtful = [3, 40, 101]
    first = dict(panel.surface.choice)
    for choice, found in zip(choices, pages, strict=True):
        panel.surface.choice = first | choice
        assert_alike(found, [panel.surface.choice, panel.surface.page, panel.surface.tally])
    panel.surface._handle_custom_msg({"type": "nearest", "column": 17}, [])
    assert_alike(closer, panel.surface.closer)


def test_the_inspector_shows_what_it_shows_in_a_notebook(run, digits, network):
    dev_set = digits[1]
    panel = NetworkInspector(network, dev_set, column=5)
    moves = [
        {},
        {"chosen": [1, 3]},
        {"chosen": [2, 4]},
        {"mode": "backward"},
        {"chosen": [1, 6]},
        {"chosen": [3, 1]},
    ]
    moves += [{"step": 1}, {"chosen": [2, 2]}, {"image": 77}, {"mistake": 1}, {"mode": "forward"}]
    code = """const network = modules.networkOf(floats(given.vector), given.sizes), names = [...'0123456789'];
        const inspector = new modules.Inspector(network, sets.dev, names, 5);
        return given.moves.map(({step, mistake, ...values}) => {
            if (step) inspector.received({type: 'step'});
            else if (mistake) inspector.received({type: 'mistake'});
            else {
                inspector.put(values);
                inspector.changed(Object.keys(values));
            }
            return ['verdict', 'steps', 'network', 'lit', 'detail', 'image'].map(name => inspector.get(name));
        })"""
    found = run(code, moves=moves, vector=sent(transposed(network)), sizes=[784, 10, 10, 10])
    for move, parts in zip(moves, found, strict=True):
        match move:
            case {"step": _}:
                panel.step()
            case {"mistake": _}:
                panel.next_mistake()
            case _:
                for name, value in move.items():
                    setattr(panel.surface, name, value)
        surface = panel.surface
        expected = [
            surface.verdict,
            surface.steps,
            surface.network,
            surface.lit,
            surface.detail,
            surface.image,
        ]
        assert_alike(parts, expected, str(move))


STARTS = [
    {},
    {"learning_rate": 10.0, "seed": 1},
    {"learning_rate": 0.0015, "batch_size": 8, "optimizer": "adam"},
    {"hidden": (2,), "l2": 0.001},
    {"activation": "sigmoid", "hidden": (10, 10, 10)},
    {"share": 5},
    {"learning_rate": 0.7},
]


def test_the_lab_shows_what_it_shows_in_a_notebook(run, digits):
    """The first run of a lab: its curves, sentences, hints, misread digits and code."""
    train_set, dev_set = digits[0].subset(slice(1000)), digits[1]
    labs = [TrainingLab(train_set, dev_set, **start) for start in STARTS]
    code = """const names = [...'0123456789'], shown = [], {X, labels} = sets.train;
        const train = {X: X.subarray(0, 784 * 1000), labels: labels.slice(0, 1000), m: 1000};
        for (const start of given.starts) {
            const lab = new modules.Lab(train, sets.dev, names, given.facts, {start, most: Infinity});
            while (!lab.get('page').number && !lab.get('error')) await new Promise(done => setTimeout(done, 10));
            shown.push([lab.get('frame'), lab.get('page')]);
        }
        return shown"""
    starts = [dict(lab.surface.settings) for lab in labs]
    hinted = 0
    for lab, (frame, page) in zip(labs, run(code, starts=starts, facts=live.facts()), strict=True):
        expected = lab.surface.frame
        for part in ("phase", "long", "title", "alt", "weights", "answer"):
            assert_alike(frame[part], expected[part], part)
        for part in ("number", "settings", "curves", "best", "accuracy"):
            assert_alike(frame["run"][part], expected["run"][part], part)
        pace = re.compile(r"[0-9.]+ s, [0-9,]+ steps per second")
        assert pace.sub("", frame["said"]) == pace.sub("", expected["said"])
        for part in ("hints", "mistakes"):
            assert_alike(page[part], lab.surface.page[part], part)
        expected_lines = [line for _, line in lab.surface.page["lines"]]
        assert [line for _, line in page["lines"]] == expected_lines
        hinted += len(page["hints"])
    assert hinted > 4


@pytest.mark.parametrize(
    "save", ["stored", "deflated", "float16", "without names", "save_parameters"]
)
def test_a_network_in_a_file(run, tmp_path, network, save):
    path = tmp_path / "my_network.npz"
    entries = {
        f"{letter}{n}": part
        for n, layer in enumerate(network, 1)
        for letter, part in zip("Wb", layer, strict=True)
    }
    if save == "stored":
        np.savez(path, **entries | {"W2": np.asfortranarray(entries["W2"])})
    elif save == "deflated":
        np.savez_compressed(path, **{name: part.astype(">f4") for name, part in entries.items()})
    elif save == "float16":
        np.savez(path, **{name: part.astype(np.float16) for name, part in entries.items()})
    elif save == "without names":
        np.savez(path, *entries.values())
    else:
        save_parameters(path, network, activation="tanh")
    found = run(
        """const file = new File([bytes(given.file)], 'my_network.npz');
        const {sizes, activation, vector} = await modules.networkFrom(file);
        return [sizes, activation, vector]""",
        file=base64.b64encode(path.read_bytes()).decode(),
    )
    assert found[:2] == [[784, 10, 10, 10], "tanh" if save == "save_parameters" else "relu"]
    np.testing.assert_allclose(
        found[2], transposed(network), atol=1e-2 if save == "float16" else 1e-6
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ({"W1": np.ones((10, 784))}, "holds W1, expected W1, b1"),
        ({"W1": np.ones((10, 64)), "b1": np.ones(10)}, "have the shapes 10 × 64, expected"),
        ({"W1": np.full((10, 784), np.nan), "b1": np.ones(10)}, "holds NaN or infinity"),
        ({"W1": np.ones((10, 784), int), "b1": np.ones(10)}, "holds i8, expected float64"),
        (None, "is no .npz file, or it is cut short"),
    ],
)
def test_a_file_that_holds_no_network_is_refused(run, tmp_path, content, sentence):
    path = tmp_path / "other.npz"
    if content is None:
        path.write_bytes(b"PK and no more")
    else:
        np.savez(path, **content)
    found = run(
        """const file = new File([bytes(given.file)], 'other.npz');
        try { await modules.networkFrom(file) } catch (error) { return error.message }""",
        file=base64.b64encode(path.read_bytes()).decode(),
    )
    assert sentence in found
