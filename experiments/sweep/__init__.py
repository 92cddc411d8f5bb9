"""Many runs: a study for every combination of settings (`command.py`), finished runs side by side (`compare.py`)."""
