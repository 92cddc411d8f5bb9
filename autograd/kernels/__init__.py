"""Array code behind the rules: plain functions of NumPy arrays, held by tests to the loops in `reference`."""
