"""Fewer multiplications for a convolution in one dimension: the algorithms F(m, r), from polynomials.

A kernel of r numbers w slid over n = m + r - 1 numbers d gives m results, y_k = sum over j of d_{k+j} w_j, for m r
multiplications. F(m, r) finds them with n: with three matrices of constants,

    y  =  A^T ( (G w) * (B^T d) )            the product taken entry by entry

Where they come from. Transpose the problem: the transpose of "slide w over d" is "multiply the polynomial w by the
polynomial y" (r and m coefficients in, n out). A product of degree n - 1 is known from its values at n points, and its
value at a point is the product of two values: n multiplications. One of the points may be infinity, where the value of
a polynomial is its leading coefficient. So, with points a_1 ... a_{n-1} and infinity,

    evaluate w    G  (n, r):   1, a_i, a_i^2 ...  / |prod over j != i of (a_i - a_j)|      last row 0 ... 0 1
    evaluate y    A  (n, m):   1, a_i, a_i^2 ...                                           last row 0 ... 0 1
    interpolate   B  (n, n):   column i: the coefficients of prod over j != i of (x - a_j)  (Lagrange's polynomials;
                               their denominators stand in G, where they cost least,        last: of prod (x - a_j)
                               but for the sign)

and transposing the chain evaluate, multiply, interpolate gives the formula above.

Any distinct points will do; but the larger the numbers in the matrices, the more is lost to rounding. 0 and infinity
and 1 and -1 are best; pairs like -2 and -1/2, which x -> 1/x exchanges, come next.

S. Winograd, "Arithmetic complexity of computations" (1980); A. Lavin and S. Gray, "Fast algorithms for convolutional
neural networks" (2015); on the points, B. Barabasz et al., "Error analysis and improving the accuracy of Winograd
convolution for deep neural networks" (2020).

Taught by docs/15-fast-convolution.md.
"""

from fractions import Fraction
from functools import cache
from math import prod
from typing import NamedTuple

import numpy as np

POINTS = {  # the finite points of F(m, r)
    (2, 2): ("0", "1"),
    (4, 2): ("0", "1", "-2", "-1/2"),
    (2, 3): ("0", "1", "-1"),
    (4, 3): ("0", "1", "-1", "2", "-1/2"),
}


class Algorithm(NamedTuple):
    """The matrices of F(m, r), float64; n = m + r - 1 is the number of products."""

    BT: np.ndarray  # (n, n), of the data
    G: np.ndarray  # (n, r), of the kernel
    AT: np.ndarray  # (m, n), of the results


@cache
def winograd(results: int, taps: int) -> Algorithm:
    """F(results, taps), from its entry in POINTS."""
    points = [Fraction(point) for point in POINTS[results, taps]]
    size = len(points) + 1
    BT, G, A = [], [], []
    for point in points:
        others = [other for other in points if other != point]
        denominator = prod((point - other for other in others), start=Fraction(1))
        sign = 1 if denominator > 0 else -1
        BT.append([sign * coefficient for coefficient in _coefficients(others, size)])
        G.append([point**j / abs(denominator) for j in range(taps)])
        A.append([point**k for k in range(results)])
    BT.append(_coefficients(points, size))
    G.append([Fraction(0)] * (taps - 1) + [Fraction(1)])
    A.append([Fraction(0)] * (results - 1) + [Fraction(1)])
    return Algorithm(_array(BT), _array(G), _array(A).T)


def _coefficients(roots, size):
    """Of the product of (x - root), lowest power first, as a list of `size` numbers."""
    polynomial = [Fraction(1)]
    for root in roots:
        shifted = [Fraction(0), *polynomial]
        polynomial = [s - root * c for s, c in zip(shifted, [*polynomial, Fraction(0)], strict=True)]
    return polynomial + [Fraction(0)] * (size - len(polynomial))


def _array(rows):
    return np.array(rows, dtype=np.float64)
