"""Fuzzes the reader; see README.md."""

from run import main

if __name__ == "__main__":
    main("reader")
