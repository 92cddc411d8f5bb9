"""For y = a b the slope with respect to a is b, so dL/da = g b; the slope with respect to b is a."""

HINTS = (
    "Hold b fixed: y = a b is then a straight line in a. What is its slope?",
    "The gradient of each factor is g times the other factor.",
    "return g * b for a, g * a for b",
)


def mul(a, b):
    return a * b, lambda g: g * b, lambda g: g * a
