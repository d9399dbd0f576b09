"""Learning-rate schedules: functions of the share of the training done, 0 to 1, that give a factor.

`train(learning_rate_schedule=...)` multiplies the learning rate of every step by that factor.
"""

import math

from helpers.internals.checks import check_count, check_number


def constant():
    """Return the schedule that leaves the learning rate as it is: a function share_done -> 1. Raises nothing."""
    return lambda share_done: 1.0


def step(*, drops=3, factor=0.5):
    """Return the schedule that multiplies the learning rate by `factor` at `drops` moments, evenly spread.

    drops: how often; with 3 the rate drops after one, two and three quarters of the training. factor: 0 to 1,
    exclusive. Returns a function share_done (0 to 1) -> factor. Raises ValueError for values that do not fit.
    """
    check_count("drops", drops)
    check_number("factor", factor, above=0)
    if factor >= 1:
        raise ValueError(f"factor is {factor!r}, expected a number between 0 and 1: the learning rate is to drop")
    return lambda share_done: factor ** min(drops, math.floor(share_done * (drops + 1)))


def cosine(*, warm_up=0.05, final=0.0):
    """Return the schedule that rises in a straight line from 0 to 1 and falls along half a cosine to `final`.

    warm_up: the share of the training that the rise takes, 0 for none, less than 1. final: the factor at the end.
    Returns a function share_done (0 to 1) -> factor. Raises ValueError for values that do not fit.
    Source: Loshchilov and Hutter, "SGDR: stochastic gradient descent with warm restarts", 2017, without restarts.
    """
    check_number("warm_up", warm_up, at_least=0)
    check_number("final", final, at_least=0)
    if warm_up >= 1 or final > 1:
        raise ValueError(f"warm_up is {warm_up!r} and final {final!r}, expected warm_up below 1 and final at most 1")

    def factor(share_done):
        if share_done < warm_up:
            return share_done / warm_up
        return final + (1 - final) * (1 + math.cos(math.pi * (share_done - warm_up) / (1 - warm_up))) / 2

    return factor
