"""For each exercise three hints, a derivation (the docstring) and a solution of at most 15 lines."""
