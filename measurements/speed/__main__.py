"""`python -m measurements.speed [--quick]`, which `make bench` runs."""

from helpers.internals.blas import choose_kernels

choose_kernels()  # before NumPy is imported; the worker processes inherit the choice

from measurements.speed.suite import main  # noqa: E402

if __name__ == "__main__":
    main()
