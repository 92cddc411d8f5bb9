"""The checker is checked: backward passes broken on purpose, each of which the gradient check must find.

``python -m autograd --mutations`` breaks every op in at least three ways and prints the score: how many of the mutants
were caught, and of how many the hint told the kind. What a mutant is: `mutant.py`; the mutants by family: the other
files; the score: `score.py`.
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
