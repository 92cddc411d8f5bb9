"""For y = a / b = a b^-1:  dy/da = 1 / b  and  dy/db = -a b^-2 = -y / b."""

HINTS = (
    "Write y = a b^-1 and differentiate by one argument at a time.",
    "dy/da = 1 / b, and dy/db = -a / b^2. The minus comes from the power.",
    "return g / b for a, -g * a / (b * b) for b",
)


def div(a, b):
    y = a / b
    return y, lambda g: g / b, lambda g: -g * y / b
