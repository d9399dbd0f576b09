"""The digit pad: draw a digit, and see what becomes of it on its way to an answer."""

import csv
import io
import re
import threading

import numpy as np

from helpers.data import Dataset
from helpers.evaluation import make_predictions, squared_lengths
from helpers.internals.checks import check_parameters, check_path
from helpers.internals.files import replace_file
from helpers.internals.image_files import MOST_BYTES, read_image
from helpers.plots import plot_stages
from helpers.preprocessing import preprocess, shrink, to_gray
from helpers.widgets.digit_pad.answer import doubts_about, look, nearest, widths_of_strokes
from helpers.widgets.digit_pad.board import (
    NO_ANSWER,
    Board,
    PadSurface,
    boards_between,
    make_samples,
    picture_of,
    pixels,
)
from helpers.widgets.panel import Panel, network_of

__all__ = ["DigitPad"]

FIRST = 7  # the sample on the board at the start
SHOWN = 280  # pixels of the longer side of a loaded picture on the screen
THUMBNAIL = 40
MOST_UNDONE = 100


class DigitPad(Panel):
    """A board to draw a digit on, with what the preprocessing and the network make of it.

    Parameters
    ----------
    parameters : list of Layer, TrainingLab, or dict
        Trained on images of 28 by 28 pixels. Of a lab the pad takes the run on show, and follows.
        A dict holds several by name, such as {"small": ..., "best": ...}: a list on the pad.
    train_set : Dataset, optional
        To show the examples that are nearest to the drawing. By default that of a lab.
    activation : str
        That of the hidden layers.
    class_names : sequence of str, optional
        By default those of the train_set, or 0, 1, 2, ...
    samples : Dataset, optional
        Its first example of each class can be picked in place of ten drawings.

    Attributes
    ----------
    x : ndarray, shape (784, 1), or None
        The digit in MNIST's form; None, as the other two, while the board is empty.
    stages : list or None
        How it came about.
    probabilities : ndarray, shape (classes, 1), or None
        What the network says.

    Raises
    ------
    ValueError
        For a network or a Dataset of other images, samples without labels, or names that are not
        one per class.
    """

    purpose = "draw a digit"

    def __init__(
        self, parameters, train_set=None, *, activation="relu", class_names=None, samples=None
    ):
        networks = parameters if isinstance(parameters, dict) else {"the network": parameters}
        if not networks:
            raise ValueError("parameters is an empty dict, expected a network for each name")
        self.sources = list(networks.values())
        found = [network_of(source, activation) for source in self.sources]
        labs = [lab for _, _, lab in found if lab is not None]
        if labs and train_set is None:
            train_set = labs[0].train_set
        if class_names is None and train_set:
            class_names = train_set.class_names
        datasets = {"train_set": train_set, "samples": samples}
        for parameters, _, _ in found:
            class_names = _checked_names(parameters, class_names, datasets)
        super().__init__()
        self.networks = [(parameters, activation) for parameters, activation, _ in found]
        self.class_names = class_names
        self.train_set = train_set or None
        self.lengths, self.widths = None, ()
        if self.train_set is not None:
            self.lengths, self.widths = squared_lengths(train_set.X), widths_of_strokes(train_set.X)
        self.x = self.stages = self.probabilities = None
        self.labels, self.images = [], []  # of the digits that were kept
        self.samples = make_samples(samples)
        self.lock, self.before, self.upload = threading.RLock(), [], b""
        thumbnails = [
            pixels(shrink(picture_of(board), THUMBNAIL), name=name) for name, board in self.samples
        ]
        self.surface = PadSurface(
            class_names=list(class_names), samples=thumbnails, networks=list(networks)
        )
        self.board = Board([])
        self._put(self.samples[min(FIRST, len(self.samples) - 1)][1])
        self.surface.observe(self.answering(self._on_drawing), ["strokes", "stamp", "pen"])
        self.surface.observe(self.answering(self._on_network), "network")
        self.surface.on_msg(self.answering(self._on_message))
        self.show(self.surface)
        for lab in labs:
            lab.join(self)

    def follow(self, lab):
        """Ask the network that a TrainingLab shows from now on."""
        with self.lock:
            new = network_of(lab, None)[:2]
            pairs = zip(self.sources, self.networks, strict=True)
            self.networks = [new if source is lab else old for source, old in pairs]
            self._on_network()

    @property
    def parameters(self):
        """The network that is asked, a list of Layer."""
        return self.networks[self.surface.network][0]

    @property
    def activation(self):
        """That of the hidden layers of the network that is asked."""
        return self.networks[self.surface.network][1]

    @property
    def collected(self):
        """The digits that were kept with their labels, a Dataset; None before the first."""
        if not self.labels:
            return None
        X = np.array(self.images).T / 255
        return Dataset(X, np.array(self.labels), self.class_names)

    def undo(self):
        """Put back what lay on the board before the last stroke, picture, sample or clearing."""
        with self.lock:
            if self.before:
                self._put(self.before.pop())

    def clear(self):
        """Empty the board."""
        self._replace(Board([]))

    def pick(self, number):
        """Put a sample on the board.

        Raises
        ------
        ValueError
            Where there is none of that number.
        """
        if number not in range(len(self.samples)):
            last = len(self.samples) - 1
            raise ValueError(f"there is no sample {number!r}, expected 0 to {last}")
        self._replace(self.samples[number][1])

    def load(self, image):
        """Put a picture on the board.

        Parameters
        ----------
        image : path, bytes or ndarray
            An image file, its content, or an array as `preprocess` takes it.

        Raises
        ------
        ValueError, OSError
            For what is no picture of a digit, or no file; the board is then left as it is.
        """
        gray = to_gray(image) if isinstance(image, np.ndarray) else read_image(image)
        preprocess(gray)
        self._replace(Board([], gray, sample=True))

    def crop(self, left, top, right, bottom):
        """Cut the picture on the board down to a rectangle, in fractions of its width and height.

        Raises
        ------
        ValueError
            Where no picture lies on the board, or the rectangle shows no digit.
        """
        gray = self.board.image
        if gray is None:
            raise ValueError("there is no picture on the board to crop; load one first")
        (height, width), sides = gray.shape, np.clip([left, right, top, bottom], 0, 1)
        left, right = (round(x * width) for x in sides[:2])
        top, bottom = (round(y * height) for y in sides[2:])
        self.load(gray[top:bottom, left:right])

    def keep(self, label):
        """Keep the digit on the board under the label of a class, and empty the board.

        Raises
        ------
        ValueError
            Where the board is empty, or there is no such class.
        """
        if self.x is None:
            raise ValueError("there is no digit to keep; draw one first")
        if label not in range(len(self.class_names)):
            raise ValueError(
                f"label is {label!r}, expected 0 to {len(self.class_names) - 1}, a class by number"
            )
        self.labels.append(label)
        self.images.append(np.rint(255 * self.x[:, 0]).astype(np.uint8))
        self._show_kept()
        self.clear()

    def forget(self):
        """Forget the digit that was kept last."""
        self.labels, self.images = self.labels[:-1], self.images[:-1]
        self._show_kept()

    def save(self, writer, folder="our_digits"):
        """Write the digits that were kept into a CSV file named after who wrote them.

        `load_csv` reads it; with a file per writer a class can test on writers it did not train on.

        Parameters
        ----------
        writer : str
            A pseudonym of letters, digits, - and _, better than a name.
        folder : str or Path
            Made where it is missing.

        Returns
        -------
        Path
            The file, such as our_digits/blue_owl.csv.

        Raises
        ------
        TypeError
            If writer is not a str, or folder no path.
        ValueError
            For another pseudonym, or before a digit was kept.
        FileExistsError
            If a writer of that pseudonym has saved before.
        """
        if not isinstance(writer, str):
            raise TypeError(f"writer is {writer!r}, expected a str such as 'blue_owl'")
        if not re.fullmatch(r"[\w-]+", writer):
            raise ValueError(
                f"writer is {writer!r}, expected letters, digits, - and _, such as 'blue_owl'"
            )
        if not self.labels:
            raise ValueError("there is no digit to save; keep one first")
        path = check_path("folder", folder) / f"{writer}.csv"
        if path.exists():
            raise FileExistsError(
                f"{path} is there already; delete it if it is yours, or else take another pseudonym"
            )
        header = ["label", *(f"pixel{number}" for number in range(784))]
        pairs = zip(self.labels, self.images, strict=True)
        rows = [[self.class_names[label], *image.tolist()] for label, image in pairs]
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows([header, *rows])
        replace_file(path, text.getvalue().encode())
        return path

    def figure(self):
        """Return the static figure: the stages of what lies on the board, and the probabilities."""
        if self.stages is None:
            stages = preprocess(picture_of(self.samples[0][1])).stages
            return plot_stages(stages, title="The digit pad, with a sample")
        title = "The digit pad: a drawing on its way into the network, and what the network says"
        return plot_stages(self.stages, self.probabilities, self.class_names, title=title)

    def _on_drawing(self, change):
        with self.lock:
            strokes = self.surface.strokes
            known = strokes == self.board.strokes
            answered = self.surface.answer["stamp"] == self.surface.stamp
            if known and answered and change["name"] != "pen":
                return
            if not known:
                self._remember(*boards_between(self.board, strokes))
                self.board = Board(strokes)
            self._answer()

    def _on_network(self, change=None):
        self._answer()
        self._show_kept()

    def _show_kept(self):
        said, data = [], b""
        if self.labels:
            X = self.collected.X
            said = make_predictions(self.parameters, X, activation=self.activation).tolist()
            data = b"".join(image.tobytes() for image in self.images)
        self.surface.kept = {"labels": list(self.labels), "said": said, "data": data}

    def _on_message(self, surface, message, buffers):
        match message:
            case {"type": "undo"}:
                self.undo()
            case {"type": "clear"}:
                self.clear()
            case {"type": "sample", "number": int(number)}:
                self.pick(number)
            case {"type": "crop", "box": [left, top, right, bottom]}:
                self.crop(left, top, right, bottom)
            case {"type": "keep", "label": int(label)}:
                self.keep(label)
            case {"type": "forget"}:
                self.forget()
            case {"type": "file", "name": name, "part": part, "parts": parts, "size": size}:
                self._receive(name, part, parts, size, buffers)

    def _receive(self, name, part, parts, size, buffers):
        """Take one piece of a file; the last one puts it on the board."""
        if size > MOST_BYTES:
            if part == 0:
                most = MOST_BYTES // 10**6
                raise ValueError(f"{name} has {size / 1e6:.0f} MB, expected at most {most}; cut it")
            return
        self.upload = (b"" if part == 0 else self.upload) + b"".join(map(bytes, buffers))
        if part == parts - 1:
            content, self.upload = self.upload, b""
            self.load(content)

    def _replace(self, board):
        with self.lock:
            self._remember(self.board)
            self._put(board)

    def _remember(self, *boards):
        self.before = [*self.before, *boards][-MOST_UNDONE:]

    def _put(self, board):
        """Make this the board, on the screen too."""
        self.board = board
        with self.surface.hold_sync():
            self.surface.strokes, self.surface.sample = board.strokes, board.sample
            shown = None if board.image is None else picture_of(board)
            self.surface.picture = {} if shown is None else pixels(shrink(shown, SHOWN))
        self._answer()

    def _answer(self):
        """Preprocess the board, ask the network, and send all of it to the browser."""
        answer = NO_ANSWER | {"stamp": self.surface.stamp}
        self.x = self.stages = self.probabilities = None
        if self.board.strokes or self.board.image is not None:
            try:
                prepared = preprocess(picture_of(self.board, self.surface.pen))
            except ValueError as error:
                answer["sentence"] = str(error)[:1].upper() + str(error)[1:] + "."
            else:
                answer |= self._asked(prepared)
        self.surface.answer = answer

    def _asked(self, prepared):
        """Return what the network says of a digit, the nearest training digits, and the doubts."""
        self.x, self.stages = prepared
        names = self.class_names
        self.probabilities, answer = look(self.parameters, *prepared, self.activation, names)
        if self.train_set is not None:
            answer |= nearest(self.train_set, self.lengths, self.x, names)
        near = [one["name"] for one in answer.get("nearest", [])]
        said = names[int(self.probabilities.argmax())]
        doubts, redraw = doubts_about(prepared, said, near, self.widths)
        return answer | {"doubts": doubts, "redraw": redraw and bool(self.board.strokes)}


def _checked_names(parameters, class_names, datasets):
    """Return the names of the classes, once network, datasets and names fit the pad."""
    check_parameters(parameters)
    sizes = {"the network takes": parameters[0][0].shape[1]}
    sizes |= {f"{name} holds": dataset.X.shape[0] for name, dataset in datasets.items() if dataset}
    for name, size in sizes.items():
        if size != 28 * 28:
            raise ValueError(
                f"{name} images of {size} pixels, expected 784: the pad makes images of 28 × 28"
            )
    classes = len(parameters[-1][0])
    names = tuple(map(str, range(classes) if class_names is None else class_names))
    if len(names) != classes:
        raise ValueError(
            f"there are {len(names)} class names, expected {classes}, one for each class of the network"
        )
    return names
