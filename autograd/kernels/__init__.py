"""Array code behind the rules: plain functions of NumPy arrays, each held by tests to obvious loops in `reference`."""
