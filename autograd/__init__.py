"""Reverse-mode automatic differentiation in pure NumPy."""
