"""What the textbook's figures share beside the style of all figures."""

import math

from matplotlib.axis import Axis
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def powers_of_ten(axis: Axis, every: int = 1) -> None:
    """Label a logarithmic axis 10⁻², 10⁰, 10² ... in plain letters, since the style reads no formulas."""
    axis.set_major_locator(LogLocator(10.0**every, numticks=20))
    axis.set_major_formatter(FuncFormatter(lambda value, _: power_of_ten(value)))
    axis.set_minor_locator(NullLocator())


def power_of_ten(value: float) -> str:
    """0.01 -> 10⁻²."""
    return "10" + str(round(math.log10(value))).translate(_RAISED)
