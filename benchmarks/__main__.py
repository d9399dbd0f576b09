"""`python -m benchmarks [--quick]`, which `make bench` runs."""

from benchmarks.suite import main

if __name__ == "__main__":
    main()
