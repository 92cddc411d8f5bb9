"""y = a + b, element by element.

Taught by docs/02-one-op.md. The arrays have the same shape, or shapes that broadcast. The engine sums what you return
to the shape of the argument, so you can ignore broadcasting here.

Each function below takes g, the gradient of the loss with respect to y. g has y's shape. The function returns the
gradient with respect to one argument. How much does y[i] change when a[i] changes?
"""


def add(a, b):
    def gradient_of_a(g):
        raise NotImplementedError  # TODO

    def gradient_of_b(g):
        raise NotImplementedError  # TODO

    return a + b, gradient_of_a, gradient_of_b
