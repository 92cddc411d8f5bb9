"""Exercises: write the backward pass of 22 ops; ``python -m autograd.exercises`` says which are right.

`blanks/` holds the files to fill in. `catalogue.py` lists the exercises in order, with samples and solutions.
`checking.py` gives the verdicts, `worked/` the hints and short solutions, `__main__.py` is the command. How to work
with the exercises: docs/exercises.md.
"""
