"""Which countries correlate: Pearson's coefficient of all pairs, and the set C made from it.

Correlate the *daily differences*, not the cumulative counts: any two curves that only ever rise correlate, whatever
they count (on the course's file every country then has a partner above 0.9 and the set C leaves nobody out).

Source: K. Pearson, "Notes on regression and inheritance in the case of two parents" (1895).
"""

import numpy as np


def correlation_matrix(series: np.ndarray) -> np.ndarray:
    """Pearson's r of every pair of rows: Corr(X, Y) = Cov(X, Y) / (sqrt(Var X) sqrt(Var Y)).

    All covariances are one matrix product: row i of the centred series times row j is days * Cov(i, j). Whether
    the sums are divided by days or by days - 1 does not matter, the factor cancels.

    Args:
        series: (countries, days), daily differences.

    Returns:
        (countries, countries) float64, symmetric, in [-1, 1]; NaN where one of the two is constant, since its
        variance is 0 and the quotient undefined (`constant_series` says which rows these are).

    Raises:
        ValueError: not a table, fewer than two days, or values that are no finite numbers.
    """
    series = _checked(series)
    days = series.shape[1]
    centred = series - series.mean(axis=1, keepdims=True)
    covariance = centred @ centred.T / days
    deviation = np.sqrt(np.diag(covariance))
    deviation[constant_series(series)] = np.nan  # exact where rounding would leave 1e-17 and a meaningless quotient
    correlation = covariance / np.outer(deviation, deviation)
    return np.clip(correlation, -1, 1)  # rounding may leave 1 + 1e-16


def constant_series(series: np.ndarray) -> np.ndarray:
    """(countries,) True where a row of (countries, days) never changes, so that its correlations are undefined."""
    return series.min(axis=1) == series.max(axis=1)


def best_partners(correlation: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For every country the other one that it correlates with most.

    Returns:
        partner: (countries,) index of that country, -1 where no coefficient is defined.
        coefficient: (countries,) its correlation, NaN where none is defined.
    """
    others = np.where(np.isnan(correlation), -np.inf, correlation)
    np.fill_diagonal(others, -np.inf)  # everybody correlates perfectly with themselves
    partner = others.argmax(axis=1)
    coefficient = others[np.arange(len(others)), partner]
    undefined = np.isneginf(coefficient)
    return np.where(undefined, -1, partner), np.where(undefined, np.nan, coefficient)


def correlated_set(correlation: np.ndarray, threshold: float) -> np.ndarray:
    """The course's set C as a mask (countries,): True for a country in at least one pair with r > threshold."""
    _, coefficient = best_partners(correlation)
    return coefficient > threshold


def clustered_order(correlation: np.ndarray) -> list[int]:
    """The rows of a correlation matrix (n, n) ordered by average-linkage clustering: similar ones are neighbours.

    The distance of two countries is 1 - r, that of two clusters the mean over their pairs. When two clusters merge,
    each is reversed if that puts the more similar ends side by side. Undefined coefficients count as 0.

    Source: R. Sokal and C. Michener, "A statistical method for evaluating systematic relationships" (1958).
    """
    similarity = np.nan_to_num(np.asarray(correlation, dtype=np.float64))
    clusters = [[row] for row in range(len(similarity))]
    between = similarity.copy()  # mean similarity of each pair of remaining clusters
    np.fill_diagonal(between, -np.inf)
    while len(clusters) > 1:
        first, second = sorted(divmod(int(between.argmax()), len(clusters)))
        sizes = len(clusters[first]), len(clusters[second])
        merged = np.average(between[[first, second]], axis=0, weights=sizes)
        between[first], between[:, first] = merged, merged
        between[first, first] = -np.inf
        between = np.delete(np.delete(between, second, axis=0), second, axis=1)
        clusters[first] = _join(clusters[first], clusters.pop(second), similarity)
    return clusters[0] if clusters else []


def _join(left: list[int], right: list[int], similarity: np.ndarray) -> list[int]:
    """The two lists joined, each possibly reversed, so that the most similar ends are neighbours."""
    turns = [(a, b) for a in (left, left[::-1]) for b in (right, right[::-1])]
    a, b = max(turns, key=lambda turn: similarity[turn[0][-1], turn[1][0]])
    return a + b


def _checked(series):
    series = np.asarray(series, dtype=np.float64)
    if series.ndim != 2 or series.shape[1] < 2:
        raise ValueError(f"series has shape {series.shape}, expected (countries, days) with at least two days")
    if not np.isfinite(series).all():
        row, day = np.argwhere(~np.isfinite(series))[0]
        raise ValueError(f"series holds {series[row, day]} in row {row}, day {day}: expected finite numbers")
    return series
