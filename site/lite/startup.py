"""What the kernel runs when it starts; no name of it stays among the learner's."""

get_ipython().Completer.use_jedi = False  # noqa: F821 (IPython gives it), and see build.py
__import__("products")
