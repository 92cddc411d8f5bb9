"""Exercises: write the backward pass of 22 ops; ``python -m autograd.exercises`` says which are right.

`blanks/` holds the files to fill in, `catalogue.py` their order and what the engine makes of them, `checking.py` the
verdicts, `worked/` hints and short solutions, `__main__.py` the command. How to work with them: docs/exercises.md.
"""
