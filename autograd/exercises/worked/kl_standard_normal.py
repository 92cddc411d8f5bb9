"""With v = log s^2 a summand is 1/2 (e^v + m^2 - 1 - v): d/dm = m and d/dv = 1/2 (e^v - 1). Every row has its own g."""

import numpy as np

HINTS = (
    "Write v for log s^2, so that s^2 = e^v, and differentiate one summand.",
    "d/dm = m, d/dv = (e^v - 1) / 2. g has one number a row: give it a second axis.",
    "return g[:, None] * mean, and g[:, None] * (np.exp(log_variance) - 1) / 2",
)


def kl_standard_normal(mean, log_variance):
    variance = np.exp(log_variance)
    y = 0.5 * (variance + mean * mean - 1 - log_variance).sum(1)
    return y, lambda g: g[:, None] * mean, lambda g: g[:, None] * (variance - 1) / 2
