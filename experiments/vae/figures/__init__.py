"""The figures of problem 2: each function takes the saved arrays of a run and writes one picture."""
