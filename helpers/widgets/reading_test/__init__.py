"""The reading test: read digits, say how sure you are, and see your calibration beside a network's."""

import hashlib
from pathlib import Path

import anywidget
import numpy as np
import traitlets

from helpers.evaluation import predict_probabilities
from helpers.internals.checks import check_labeled
from helpers.internals.progress_file import note_guess, read_guesses
from helpers.plots import plot_digits, plot_reliability
from helpers.robustness import expected_calibration_error, reliability
from helpers.widgets.browser import module, style
from helpers.widgets.panel import Panel

__all__ = ["ReadingTest"]

HERE = Path(__file__).parent
SURE = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100]  # percent: one for each bin of the diagram


class ReadingSurface(anywidget.AnyWidget):
    """What the browser shows; it sends {type: "read", number, said, sure}. view.js says the rest."""

    _esm, _css = module(HERE / "view.js"), style(HERE / "view.css")
    about = traitlets.Dict().tag(sync=True)
    state = traitlets.Dict().tag(sync=True)
    error = traitlets.Unicode("").tag(sync=True)


class ReadingTest(Panel):
    """A panel in which a reader answers like the network: a class, and how sure the answer is.

    After the last image come two reliability diagrams of the same images, the reader's and the
    network's. The answers are kept in the progress file.

    Parameters
    ----------
    dataset : Dataset
        With labels; every image is asked.
    parameters : list of Layer
    activation : str
        That of the hidden layers.

    Raises
    ------
    TypeError, ValueError
        Where these do not fit each other.
    """

    purpose = "read the digits"

    def __init__(self, dataset, parameters, *, activation="relu"):
        check_labeled("dataset", dataset)
        self.dataset = dataset
        P = predict_probabilities(parameters, dataset.X, activation=activation)
        self.network = P.argmax(axis=0), P.max(axis=0)
        self.pixels = [np.rint(255 * x).astype(np.uint8).tobytes() for x in dataset.X.T]
        self.answers, self.trouble = {}, ""
        super().__init__()
        guesses = read_guesses()
        for number in range(len(dataset)):
            match guesses.get(self._key(number)):
                case [said, sure] if self._is_answer(said, sure):
                    self.answers[number] = said, sure
        about = {"names": list(dataset.class_names), "sure": SURE, "count": len(dataset)}
        self.surface = ReadingSurface(about={**about, "shape": list(dataset.image_shape)})
        self._refresh()
        self.surface.on_msg(self.answering(self._on_message))
        self.show(self.surface)

    def read(self, said, sure):
        """Answer the next image as a reader would.

        Parameters
        ----------
        said : int
            Its class.
        sure : int
            Percent, one of the ten on the panel.

        Raises
        ------
        ValueError
            For another answer, or where all images are read.
        """
        number = self.next
        if number is None:
            raise ValueError("all images are read, expected no further answer")
        if not self._is_answer(said, sure):
            last = len(self.dataset.class_names) - 1
            raise ValueError(
                f"the answer is {said!r}, sure to {sure!r} %, expected 0 to {last}, and one of {SURE}"
            )
        self.answers[number] = said, sure
        self.trouble = note_guess(self._key(number), [said, sure])
        self._refresh()

    @property
    def next(self):
        """The number of the next image, or None."""
        return next((i for i in range(len(self.dataset)) if i not in self.answers), None)

    def compare(self):
        """Return the reliability tables of the reader and the network, by name, and a sentence.

        Raises
        ------
        ValueError
            Where an image is not read yet.
        """
        if self.next is not None:
            raise ValueError(f"image {self.next} is not read yet; answer all of them first")
        said, sure = np.array([self.answers[i] for i in range(len(self.dataset))]).T
        pairs = {"you": (said, sure / 100), "the network": self.network}
        tables, words = {}, []
        for name, (answers, confidence) in pairs.items():
            is_right = answers == self.dataset.labels
            tables[name] = reliability(confidence, is_right)
            error = expected_calibration_error(confidence, is_right)
            words.append(
                f"{name}: {is_right.sum()} of {len(is_right)} right, sure to {confidence.mean():.0%} "
                f"on average, calibration error {error:.2f}"
            )
        return tables, "; ".join(words)

    def figure(self):
        """Return the static figure: the images that are asked."""
        count = len(self.dataset)
        title = f"Read these {count} and say how sure you are, from 10 to 100 %"
        shape = self.dataset.image_shape
        return plot_digits(self.dataset.X, columns=10, title=title, image_shape=shape)

    def _key(self, number):
        """What an answer is noted under: the image itself, so that another image is asked anew."""
        return f"reading test, image {hashlib.sha256(self.pixels[number]).hexdigest()[:12]}"

    def _is_answer(self, said, sure):
        return said in range(len(self.dataset.class_names)) and sure in SURE

    def _on_message(self, surface, message, buffers):
        match message:
            case {"type": "read", "number": number, "said": said, "sure": sure} if (
                number == self.next
            ):
                self.read(said, sure)

    def _refresh(self):
        state = {"number": self.next, "words": self.trouble}
        if self.next is not None:
            state["pixels"] = self.pixels[self.next]
        else:
            tables, words = self.compare()
            figure = plot_reliability(
                tables, title="The same images, read by you and by the network"
            )
            state |= {"words": words + self.trouble, "png": figure.to_png(), "alt": figure.alt}
        self.surface.state = state
