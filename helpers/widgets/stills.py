"""Static figures that stand where a panel cannot live: several figures of the series in one picture."""

import numpy as np
from matplotlib import style
from matplotlib.backends.backend_agg import FigureCanvasAgg

from helpers.evaluation import mistakes
from helpers.plots import new_figure, plot_confusion_matrix, plot_layer_activations, plot_mistakes, plot_weights
from helpers.plots.figure import DPI, STYLE
from helpers.widgets.mistake_groups import sentence


def stack(*figures):
    """Return one figure with the given ones below each other, pixel by pixel, and their texts one after the other.

    figures: AccessibleFigures. Raises ValueError for none.
    """
    if not figures:
        raise ValueError("there is no figure to stack; give at least one")
    pictures = [pixels(figure) for figure in figures]
    height, width = sum(len(picture) for picture in pictures), max(picture.shape[1] for picture in pictures)
    fig = new_figure(width / DPI, height / DPI, " ".join(figure.alt for figure in figures), layout=None)
    top = height
    for picture in pictures:
        top -= len(picture)
        fig.figimage(picture, 0, top)
    return fig


def pixels(figure):
    """Return a figure as it is drawn, (height, width, 4) bytes. Raises nothing of its own."""
    canvas = FigureCanvasAgg(figure)
    with style.context(["default", STYLE]):
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())


def mistakes_still(answers):
    """Return the confusion matrix of a network, and below it the first dozen images of its first Group.

    answers: Answers; of two networks it is the worse, with what the better one mends. Raises nothing.
    """
    dataset, (name, group) = answers.dataset, next(iter(answers.groups().items()))
    everything = answers.groups()["every image"]._replace(network=group.network)
    title = f"Confusion matrix of {answers.names[group.network]}"
    matrix = plot_confusion_matrix(answers.matrix(everything), dataset.class_names, title=title)
    found = answers.columns(group)
    if len(found) == 0:
        return matrix
    table = mistakes(answers.parameters[group.network], dataset, activation=answers.activation)
    title = f"{sentence(name)}, the first of {len(found):,}: what was predicted, what is true, and how probable"
    return stack(matrix, plot_mistakes(table[table["index"].isin(found)], dataset, title=title))


def network_still(trace, image_shape, *, backward):
    """Return the activations of a Trace, and below them the weights of ten neurons of the first layer, or their dW.

    Raises nothing; backward needs the Trace of an image with a label.
    """
    below = plot_weights(trace.parameters[0].W[:10], image_shape)
    if backward:
        title = "dW of the first layer: what this one image asks of each weight"
        below = plot_weights(trace.gradients[0].W[:10], image_shape, title=title, quantity="slope")
    return stack(plot_layer_activations(trace.A, image_shape=image_shape), below)
