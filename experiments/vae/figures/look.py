"""The colours and markers of KL weights, the same in every figure of problem 2."""

from matplotlib.typing import ColorType

from experiments.vae.saved import SavedVae

# Okabe and Ito: blue, vermilion, green, purple, orange, sky blue
PALETTE: tuple[ColorType, ...] = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
MARKERS = ("o", "s", "D", "^", "v", "P")


def colours(run: SavedVae) -> dict[float, ColorType]:
    """A colour for each weight of the run."""
    return {weight: PALETTE[i % len(PALETTE)] for i, weight in enumerate(run.weights)}


def markers(run: SavedVae) -> dict[float, str]:
    """A marker for each weight of the run, so that colour is not needed."""
    return {weight: MARKERS[i % len(MARKERS)] for i, weight in enumerate(run.weights)}
