"""y = a b, element by element.

Taught by docs/02-one-op.md. The gradient functions may use a and b from the forward pass. Do not modify a, b or g.
"""


def mul(a, b):
    def gradient_of_a(g):
        raise NotImplementedError  # TODO

    def gradient_of_b(g):
        raise NotImplementedError  # TODO

    return a * b, gradient_of_a, gradient_of_b
