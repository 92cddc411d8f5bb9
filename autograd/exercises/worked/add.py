"""A small rise of a raises y = a + b by the same amount: the slope is 1, so dL/da = g 1 = g; the same for b."""

HINTS = (
    "What is dy/da for y = a + b?",
    "Both slopes are 1, so each gradient is g times 1.",
    "return g, in both functions",
)


def add(a, b):
    return a + b, lambda g: g, lambda g: g
