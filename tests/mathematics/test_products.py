"""Products turned around and transposes left out are noticed: mutmut has no rule for them."""

import ast
import inspect
import types

import numpy as np
import pytest

from helpers import network
from helpers.gradient_check import numerical_gradients, relative_error

TREE = ast.parse(inspect.getsource(network))


def is_product(node):
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult)


def is_call_of_matmul(node):
    return isinstance(node, ast.Call) and ast.unparse(node.func) == "np.matmul"


def is_transpose(node):
    return isinstance(node, ast.Attribute) and node.attr == "T"


KINDS = (is_product, is_call_of_matmul, is_transpose)
PLACES = [place for place, node in enumerate(ast.walk(TREE)) if any(kind(node) for kind in KINDS)]


def changed_network(place):
    """The module with the product or the transpose at this place changed."""
    tree = ast.parse(inspect.getsource(network))
    node = list(ast.walk(tree))[place]
    if is_product(node):
        node.left, node.right = node.right, node.left
    elif is_call_of_matmul(node):
        node.args.reverse()
    else:
        node.attr = "real"  # of real numbers: the array itself
    module = types.ModuleType("changed")
    exec(compile(tree, "changed", "exec"), vars(module))
    return module


def largest_error(module):
    """How far the gradients of a network whose sizes all differ are from the slopes of its loss."""
    rng = np.random.default_rng(0)
    parameters = network.initialize_parameters([5, 4, 3], rng)
    X, Y = rng.random((5, 6)), np.eye(3)[:, rng.integers(0, 3, 6)]
    activations = module.forward_propagation(parameters, X)
    gradients = module.backward_propagation(parameters, activations, Y)
    pairs = zip(sum(gradients, ()), sum(numerical_gradients(parameters, X, Y), ()), strict=True)
    return max(relative_error(*pair) for pair in pairs)


def test_the_network_itself_is_right():
    assert largest_error(network) < 1e-6
    assert len(PLACES) >= 5


@pytest.mark.parametrize("place", PLACES)
def test_a_product_turned_around_or_a_lost_transpose_is_noticed(place):
    try:
        error = largest_error(changed_network(place))
    except ValueError:
        return  # the shapes do not fit
    assert error > 1e-3
