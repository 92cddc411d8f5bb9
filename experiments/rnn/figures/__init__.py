"""The figures of problem 1: each function takes saved tables and writes one PNG."""
