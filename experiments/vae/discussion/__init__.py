"""The discussion of problem 2, written from the saved numbers of a run."""
