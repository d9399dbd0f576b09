"""What holds for all tests."""

import signal

# A shell starts what it puts into the background deaf to Ctrl-C, and deafness is inherited: tests that press it in a
# process of their own would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)
