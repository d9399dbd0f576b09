"""Right answers that a check once refused, or might: another number type, another way to write it.

A row is the number of the exercise and the learner's cell; each notebook's rows stand together.
"""

from wrong_answers import TRAIN

# fmt: off
RIGHT = [
    ("4.1", "def my_dead_neurons(A):\n    return np.sum(A.max(axis=1) == 0) * 1.0"),
    ("4.1", "def my_dead_neurons(A):\n    dead = 0\n    for row in A:\n"
     "        if not row.any():\n            dead += 1\n    return dead"),
    ("4.3", "def my_overfitting_start(train_losses, dev_losses):\n    place = dev_losses.argmin()\n"
     "    rise = (dev_losses[-1] - dev_losses[place]) / dev_losses[place]\n"
     "    if rise > 0.1 and train_losses[-1] < train_losses[place]:\n        return place + 1.0"),
    ("4.4", "def my_stop_early(losses, patience):\n    best = 0\n"
     "    for epoch in range(len(losses)):\n        if losses[epoch] < losses[best]:\n"
     "            best = epoch\n        if epoch - best >= patience:\n"
     "            return best + 1.0, epoch + 1.0\n    return best + 1.0, float(len(losses))"),
    ("4.5", TRAIN.replace(
     "update_parameters(parameters, gradients, learning_rate)",
     "[(W - learning_rate * dW, b - learning_rate * db)\n"
     "                          for (W, b), (dW, db) in zip(parameters, gradients)]")),
]
# fmt: on
