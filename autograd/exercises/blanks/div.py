"""y = a / b, element by element. (b is never 0 here.)

Taught by docs/02-one-op.md. Write y = a b^-1. The arrays may have different shapes that broadcast; return each
gradient in the shape of y, and the engine sums it to the argument's shape.
"""


def div(a, b):
    y = a / b

    def gradient_of_a(g):
        raise NotImplementedError  # TODO

    def gradient_of_b(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_a, gradient_of_b
