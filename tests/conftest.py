"""What holds for all tests."""

import signal

from hypothesis import settings

# No test is timed: on a busy machine Hypothesis's 200 ms fail what is right.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell starts what it puts into the background deaf to Ctrl-C, and deafness is inherited: tests that press it in a
# process of their own would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_make_parametrize_id(val):
    """Bytes get no name of their own: the date in a gzip would make another test of it in each process."""
    return "bytes" if isinstance(val, bytes) else None
