"""The discussion of problem 1, written from the saved numbers of a run."""
