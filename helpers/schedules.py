"""Learning-rate schedules: how the learning rate changes over a training run (notebook 9).

A schedule is a function of the share of the run that is done, 0 to 1, and gives a factor:
`train(learning_rate_schedule=...)` multiplies the learning rate of every step by it.
"""

import math

from helpers.internals.checks import check_count, check_number

__all__ = ["constant", "cosine", "step"]


def constant():
    """Return the schedule that leaves the learning rate as it is.

    Returns
    -------
    function
        share_done (0 to 1) -> 1.0
    """
    return lambda share_done: 1.0


def step(*, drops=3, factor=0.5):
    """Return the schedule that multiplies the learning rate by a factor, several times.

    Parameters
    ----------
    drops : int
        How often, evenly spread: with 3 after one, two and three quarters of the run.
    factor : float
        Between 0 and 1.

    Returns
    -------
    function
        share_done (0 to 1) -> factor

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.
    """
    check_count("drops", drops)
    check_number("factor", factor, above=0, below=1, hint="the learning rate is to drop")
    return lambda share_done: factor ** min(drops, math.floor(share_done * (drops + 1)))


def cosine(*, warm_up=0.05, final=0.0):
    """Return the schedule that rises in a straight line to 1 and falls along half a cosine.

    Parameters
    ----------
    warm_up : float
        The share of the run that the rise from 0 takes, less than 1; 0 for none.
    final : float
        The factor at the end, 0 to 1.

    Returns
    -------
    function
        share_done (0 to 1) -> factor

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described.

    References
    ----------
    Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017; here
    without restarts.
    """
    check_number("warm_up", warm_up, at_least=0, below=1)
    check_number("final", final, at_least=0, at_most=1)

    def factor(share_done):
        if share_done < warm_up:
            return share_done / warm_up
        falling = math.cos(math.pi * (share_done - warm_up) / (1 - warm_up))
        return final + (1 - final) * (1 + falling) / 2

    return factor
