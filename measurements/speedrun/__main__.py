"""`python -m measurements.speedrun [ENTRY] [--development]`, which `make speedrun` runs."""

from helpers.internals.blas import choose_kernels

choose_kernels()  # before NumPy is imported

from measurements.speedrun.command import main  # noqa: E402

if __name__ == "__main__":
    main()
