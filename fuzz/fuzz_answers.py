"""Fuzzes the answers; see README.md."""

from run import main

if __name__ == "__main__":
    main("answers")
