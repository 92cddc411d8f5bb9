"""Y = A B, for matrices A (n, k) and B (k, m).

Taught by docs/05-matrix-products.md. g has Y's shape, (n, m). Only one product of g and B has the shape of A, and only
one product of A and g has the shape of B.
"""


def matmul(a, b):
    def gradient_of_a(g):
        raise NotImplementedError  # TODO

    def gradient_of_b(g):
        raise NotImplementedError  # TODO

    return a @ b, gradient_of_a, gradient_of_b
