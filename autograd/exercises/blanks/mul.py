"""y = a b, element by element.

Taught by docs/02-one-op.md. The functions may use a and b: they remember the forward pass. Do not change them, nor g.
"""


def mul(a, b):
    def gradient_of_a(g):
        raise NotImplementedError  # TODO

    def gradient_of_b(g):
        raise NotImplementedError  # TODO

    return a * b, gradient_of_a, gradient_of_b
