"""What a model sees of a window: the inputs of the nets, day by day, and the features of the linear model."""

import numpy as np

from .scaling import signed_log

INPUTS = ("log", "steps")


def net_inputs(values: np.ndarray, kind: str) -> np.ndarray:
    """Windows (n, L) of daily new cases as sequences for a net.

    Args:
        kind: "log" gives the signed log (n, L). "steps" gives three features a day (n, L, 3): the signed log, the
            signed log relative to the last day of the window, and the sign of the step from the day before (0 on the
            first day).

    Raises:
        ValueError: an unknown kind.
    """
    log = signed_log(values)
    if kind == "log":
        return log
    if kind != "steps":
        raise ValueError(f"kind is {kind!r}, expected one of {', '.join(INPUTS)}")
    steps = np.sign(np.diff(values, axis=1, prepend=values[:, :1])).astype(log.dtype)
    return np.stack([log, log - log[:, -1:], steps], axis=2)


def window_features(values: np.ndarray) -> np.ndarray:
    """Features (n, 3 L + 1) of windows (n, L) for a linear model.

    The signed log of each day, each earlier day relative to the last one, the sign of each step, the mean and the
    spread (standard deviation) of the logs, and the share of days without a case.
    """
    log = signed_log(values, np.float64)
    summary = np.column_stack([log.mean(axis=1), log.std(axis=1), (values == 0).mean(axis=1)])
    return np.hstack([log, log[:, :-1] - log[:, -1:], np.sign(np.diff(values, axis=1)), summary])
