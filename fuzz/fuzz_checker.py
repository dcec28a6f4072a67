"""Fuzzes the checker; see README.md."""

from run import main

if __name__ == "__main__":
    main("checker")
