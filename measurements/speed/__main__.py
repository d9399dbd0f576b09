"""`python -m measurements.speed [--quick]`, which `make bench` runs."""

from measurements.speed.suite import main

if __name__ == "__main__":
    main()
