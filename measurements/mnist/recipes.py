"""The studies and their recipes: which networks are trained, and how.

A study is {name of a row: {**facts, "settings": recipe}}. A recipe holds the settings of `train`,
but for
    prepare   names of preparing.PREPARATIONS, applied to every image, in this order
    distort   the settings of helpers.augmentation.distort
    schedule  True for a cosine with a short warm-up
    squared_error, dropout, attack, workers   as loops.run_loop takes them
    teachers  a study whose networks, voting, are learned from instead of the labels; they see the
              images before they are prepared
All settings were chosen on development images, never on test images; tried.csv has every run that
was done on the way.
"""

SMALL, MEDIUM, WIDEST = [784, 10, 10, 10], [784, 128, 10], [784, 1000, 500, 10]
AFFINE = {"max_shift": 1, "max_rotation": 10, "max_scale": 0.1, "max_shear": 8}
MILD = {**AFFINE, "elastic_strength": 0.6}
STRONG = {**AFFINE, "max_scale": 0.12, "elastic_strength": 1.1, "elastic_smoothness": 5}

ADAM = {"optimizer": "adam", "learning_rate": 0.002, "batch_size": 64}
SMOOTH = {"schedule": True, "label_smoothing": 0.05}
BEST = {
    "layer_sizes": WIDEST,
    **SMOOTH,
    "optimizer": "adam",
    "learning_rate": 0.0015,
    "batch_size": 256,
    "distort": STRONG,
}

# --- LeCun's table: the plain networks of the MNIST page, in its order -----------------------

TODAY = {"optimizer": "adam", "learning_rate": 0.002, "batch_size": 128, **SMOOTH}
LECUN, SIMARD = (1998, "LeCun and others"), (2003, "Simard and others")


def _then(source, error, hidden, loss="squared error", **recipe):
    """Return a row of the table: error in % then, and today's recipe for the same network."""
    facts = {"year": source[0], "then_by": source[1], "then": error, "loss": loss}
    settings = {"layer_sizes": [784, *hidden, 10], **TODAY, "max_epochs": 12, **recipe}
    return {**facts, "settings": settings}


DISTORTED = {"distort": AFFINE, "max_epochs": 16}
ELASTIC = {"distort": MILD, "max_epochs": 24}
LINEAR = {"label_smoothing": 0, "max_epochs": 15}
LECUN_TABLE = {
    "linear": _then(LECUN, 12.0, [], **LINEAR),
    "linear, deskewed": _then(LECUN, 8.4, [], prepare=["deskewed"], **LINEAR),
    "300": _then(LECUN, 4.7, [300]),
    "300, distorted": _then(LECUN, 3.6, [300], **DISTORTED),
    "300, deskewed": _then(LECUN, 1.6, [300], prepare=["deskewed"]),
    "1000": _then(LECUN, 4.5, [1000]),
    "1000, distorted": _then(LECUN, 3.8, [1000], **DISTORTED),
    "300+100": _then(LECUN, 3.05, [300, 100]),
    "300+100, distorted": _then(LECUN, 2.5, [300, 100], **DISTORTED),
    "500+150": _then(LECUN, 2.95, [500, 150]),
    "500+150, distorted": _then(LECUN, 2.45, [500, 150], **DISTORTED),
    "500+300, weight decay": _then(
        (2005, "Hinton"), 1.53, [500, 300], "cross-entropy", l2=1e-4, label_smoothing=0
    ),
    "800": _then(SIMARD, 1.6, [800], "cross-entropy"),
    "800, affine": _then(SIMARD, 1.1, [800], "cross-entropy", **DISTORTED),
    "800, elastic": _then(SIMARD, 0.7, [800], "cross-entropy", **ELASTIC),
    "1000+500, elastic": _then(
        (2010, "Cireşan and others"),
        None,
        [1000, 500],
        "cross-entropy",
        **{**BEST, "max_epochs": 20},
    ),
}
# The rest of the page: ten times as many weights, and 25 networks that vote.
NOT_RUN = [
    {"name": "2500+2000+1500+1000+500, elastic", "year": 2010, "then_by": "Cireşan and others"}
    | {"then": 0.35},
    {"name": "25 x 800, elastic, a vote", "year": 2011, "then_by": "Meier and others"}
    | {"then": 0.39},
]
# Which digits does only one of the two misread?
LECUN_PAIRS = [
    ("linear", "linear, deskewed"),
    ("linear", "300"),
    ("300", "300, deskewed"),
    ("300", "300, distorted"),
    ("300", "1000"),
    ("1000", "1000, distorted"),
    ("300+100", "300+100, distorted"),
    ("500+150", "500+150, distorted"),
    ("800", "800, affine"),
    ("800, affine", "800, elastic"),
    ("800, elastic", "1000+500, elastic"),
]

# --- What each idea buys: one network, each row the one before and one idea more -----------------


def _ideas(steps):
    """Return rows, each with the settings of the one before and its own."""
    rows, settings = {}, {}
    for name, year, more in steps:
        settings = {**settings, **more}
        rows[name] = {"year": year, "settings": settings}
    return rows


PLAIN = {"squared_error": True, "learning_rate": 0.5, "batch_size": 64, "max_epochs": 10}
IDEAS = _ideas(
    [
        ("squared error", 1998, {"layer_sizes": [784, 100, 10], **PLAIN}),
        ("deskewing", 1998, {"prepare": ["deskewed"]}),
        ("cross-entropy", 2003, {"squared_error": False, "learning_rate": 0.2}),
        ("distortion", 2003, {"distort": MILD}),
        ("width", 2003, {"layer_sizes": [784, 300, 10]}),
        ("Adam", 2014, {"optimizer": "adam", "learning_rate": 0.001}),
        ("label smoothing", 2015, {"label_smoothing": 0.05}),
        ("cosine schedule", 2016, {"schedule": True, "learning_rate": 0.002}),
    ]
)

# --- The frontier: accuracy against the number of parameters -------------------------------------

POOLED, BEST_INPUTS = ["pooled"], ["deskewed", "pooled", "cropped"]
GENTLE = {"max_shift": 0.5, "max_rotation": 8, "max_scale": 0.08, "max_shear": 5}


def _point(hidden, prepare=(), **recipe):
    """Return (name, row) of a network on images of 28 by 28, 14 by 14 or 12 by 12 pixels."""
    inputs = 144 if "cropped" in prepare else 196 if "pooled" in prepare else 784
    settings = {"layer_sizes": [inputs, *hidden, 10], "prepare": list(prepare), **TODAY, **recipe}
    name = "-".join(map(str, settings["layer_sizes"]))
    if "deskewed" in prepare:
        name += ", deskewed"
    return name, {"settings": settings}


def _curve(prepare, hidden_layers, **recipe):
    return [_point(hidden, prepare, **recipe) for hidden in hidden_layers]


TINY = {"learning_rate": 0.005, "batch_size": 64, "label_smoothing": 0, "max_epochs": 10}
WHOLE = [[1], [4], [10, 10], [32, 24], [128, 64], [300, 100], [1000, 300]]
QUARTER = [[1], [3], [8], [16, 12], [32, 24], [100, 50], [300, 100]]
RECORD = {
    "learning_rate": 0.003,
    "batch_size": 64,
    "label_smoothing": 0.02,
    "distort": GENTLE,
    "max_epochs": 60,
}
FRONTIER = dict(
    [
        *_curve([], WHOLE, **TINY),
        *_curve(["deskewed"], WHOLE, **TINY),
        *_curve(POOLED, QUARTER, **TINY),
        *_curve(["deskewed", *POOLED], QUARTER, **TINY),
        *_curve(BEST_INPUTS, [[2], [5], [10]], **TINY),
        *_curve(BEST_INPUTS, [[16, 12], [24, 16], [40, 24], [96, 50], [300, 150]], **RECORD),
    ]
)

# --- The best of it: few seconds, ten minutes, told nothing about neighbors, voting, distilled ---

FINAL = {
    "small, fast": {
        "layer_sizes": SMALL,
        **ADAM,
        "learning_rate": 0.006,
        "schedule": True,
        "label_smoothing": 0.02,
        "max_epochs": 16,
    },
    "small, deskewed": {
        "layer_sizes": SMALL,
        "prepare": ["deskewed"],
        "optimizer": "adam",
        "learning_rate": 0.01,
        "batch_size": 100,
        "schedule": True,
        "max_epochs": 10,
    },
    "medium, fast": {
        "layer_sizes": MEDIUM,
        **ADAM,
        **SMOOTH,
        "learning_rate": 0.005,
        "batch_size": 100,
        "max_epochs": 6,
    },
    "medium, distorted": {
        "layer_sizes": MEDIUM,
        "optimizer": "adam",
        "learning_rate": 0.003,
        "batch_size": 256,
        "schedule": True,
        "distort": MILD,
        "max_epochs": 60,
    },
    "shuffled": {
        "layer_sizes": [784, 800, 800, 10],
        "optimizer": "adam",
        "learning_rate": 0.001,
        "batch_size": 128,
        "schedule": True,
        "dropout": [0.2, 0.5],
        "attack": 0.1,
        "max_epochs": 40,
    },
    "ten minutes": {**BEST, "workers": 2, "max_epochs": 190},
}

COMMITTEE = {
    "wide": {},
    "deskewed": {"prepare": ["deskewed"]},
    "thicker": {"prepare": ["thicker"]},
    "thinner": {"prepare": ["thinner"]},
    "three layers": {"layer_sizes": [784, 1200, 800, 400, 10]},
    "narrower, deskewed": {"layer_sizes": [784, 800, 400, 10], "prepare": ["deskewed"]},
    "one layer": {"layer_sizes": [784, 1500, 10]},
}
COMMITTEE = {name: {**BEST, "max_epochs": 120, **more} for name, more in COMMITTEE.items()}

# the same as "medium, distorted" but for the answers it learns
DISTILLED = {"784-128-10": {**FINAL["medium, distorted"], "teachers": "committee"}}


def _rows(recipes):
    return {name: {"settings": recipe} for name, recipe in recipes.items()}


STUDIES = {
    "lecun_table": LECUN_TABLE,
    "ideas": IDEAS,
    "frontier": FRONTIER,
    "final": _rows(FINAL),
    "committee": _rows(COMMITTEE),
    "distilled": _rows(DISTILLED),
}
ON_DEVELOPMENT_IMAGES = {"ideas"}  # compares settings, so it never sees the test images
