"""`python -m measurements.mnist STUDY`: trains what is missing, then looks at the test images."""

from helpers.internals.blas import choose_kernels

choose_kernels()  # before NumPy is imported

from measurements.mnist.command import main  # noqa: E402

if __name__ == "__main__":
    main()
