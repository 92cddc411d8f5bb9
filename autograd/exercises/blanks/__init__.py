"""The blank exercises: each file is one op without its backward pass."""
