"""KL(N(m, s^2) || N(0, 1)) = 1/2 sum (s^2 + m^2 - 1 - log s^2), for m and log s^2, both (N, K) -> (N,).

Taught by docs/09-vae.md. The second argument is log s^2, not s: differentiate with respect to that. g has one number
for each of the N rows.
"""

import numpy as np


def kl_standard_normal(mean, log_variance):
    y = 0.5 * (np.exp(log_variance) + mean * mean - 1 - log_variance).sum(1)

    def gradient_of_mean(g):
        raise NotImplementedError  # TODO

    def gradient_of_log_variance(g):
        raise NotImplementedError  # TODO

    return y, gradient_of_mean, gradient_of_log_variance
