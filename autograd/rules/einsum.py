"""Sums of products in Einstein's notation: a letter names an axis, and an axis that the result lacks is summed over.

Taught by docs/05-matrix-products.md.
"""

import string

import numpy as np

from .registry import rule


@rule
def einsum(*arrays, subscripts):
    """Sum of products in Einstein's notation: "ij,jk->ik" is y_ik = sum_j a_ij b_jk. One letter names one axis.

    A letter that is missing on the right is summed over; without "->" the letters that occur once stay, in the order
    of the alphabet. "..." stands for axes that broadcast. Backward: for each array the einsum of g and the other
    arrays, "ik,jk->ij" for a: the product is linear in a, so a changes places with y.

    Raises ValueError for subscripts that do not fit the shapes.
    """
    y = np.einsum(subscripts, *arrays, optimize=True)
    terms, result = _letters(subscripts, arrays)

    def vjp_of(i):
        def vjp(g):
            others = [(term, a) for j, (term, a) in enumerate(zip(terms, arrays, strict=True)) if j != i]
            letters, operands = zip((result, g), *others, strict=True)
            found = "".join(letter for letter in dict.fromkeys(terms[i]) if any(letter in term for term in letters))
            share = np.einsum(f"{','.join(letters)}->{found}", *operands, optimize=True)
            return _place(share, found, terms[i], arrays[i].shape)

        return vjp

    return y, *map(vjp_of, range(len(arrays)))


def _letters(subscripts, arrays):
    """The letters of each array and of the result, spaces left out, with letters of their own for "..." ."""
    left, arrow, result = subscripts.replace(" ", "").partition("->")
    terms = left.split(",")
    counts = {letter: left.count(letter) for letter in left if letter.isalpha()}
    if not arrow:
        result = "..." * ("..." in left) + "".join(sorted(letter for letter in counts if counts[letter] == 1))
    extra = [a.ndim - len(term.replace("...", "")) for term, a in zip(terms, arrays, strict=True) if "..." in term]
    spare = "".join(c for c in string.ascii_letters if c not in counts)[: max(extra, default=0)]
    filled = [
        term.replace("...", spare[len(spare) - a.ndim + len(term.replace("...", "")) :])
        for term, a in zip(terms, arrays, strict=True)
    ]
    return filled, result.replace("...", spare)


def _place(share, found, term, shape):
    """A gradient with axes `found` as one with the axes `term`, of the shape of the array.

    A letter that only this array has was summed alone: every element along it gets the same. A repeated letter picks a
    diagonal: the elements beside it get 0.
    """
    letters = "".join(dict.fromkeys(term))
    sizes = dict(zip(term, shape, strict=True))
    broadcast = tuple(i for i, letter in enumerate(found) if sizes[letter] == 1 != share.shape[i])
    share = share.sum(broadcast, keepdims=True)
    missing = tuple(i for i, letter in enumerate(letters) if letter not in found)
    gradient = np.zeros(shape, share.dtype)
    np.einsum(f"{term}->{letters}", gradient)[...] = np.expand_dims(share, missing)  # a view, also of diagonals
    return gradient
