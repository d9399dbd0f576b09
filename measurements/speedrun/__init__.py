"""The speed run: 99 % of MNIST's test images in the fewest seconds of one core, with NumPy alone.

docs/SPEEDRUN.md has the rules and the table of entries, `make speedrun` measures one.
"""
