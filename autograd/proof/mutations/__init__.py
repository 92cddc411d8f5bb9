"""Mutation tests of the gradient check: it must find every backward pass that was broken on purpose.

``python -m autograd --mutations`` breaks every op in at least three ways. It prints how many mutants were caught, and
for how many the hint named the kind of mistake. `mutant.py` says what a mutant is, `score.py` computes the score, and
the other files hold the mutants of one family of ops each.
"""

from .convolutions import CONVOLUTIONS
from .elementwise import ELEMENTWISE
from .engine import ENGINE, EngineMutant
from .losses import LOSSES
from .mutant import Mutant
from .normalization import NORMALIZATION
from .pooling import POOLING
from .recurrent import RECURRENT
from .reductions import REDUCTIONS
from .shapes import SHAPES

MUTANTS: list[Mutant | EngineMutant] = [
    *ELEMENTWISE,
    *SHAPES,
    *REDUCTIONS,
    *LOSSES,
    *CONVOLUTIONS,
    *POOLING,
    *NORMALIZATION,
    *RECURRENT,
    *ENGINE,
]
