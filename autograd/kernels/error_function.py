"""The distribution function of the standard normal, Phi(x) = P(Z <= x), which NumPy does not have.

Phi(x) = erfc(-x / sqrt 2) / 2. For z >= 0, with t = 2 / (2 + z), which runs from 1 down to 0,

    erfc(z) = t e^(-z^2 + P(2t - 1))        erfc(-z) = 2 - erfc(z)

P is smooth, so a polynomial fits it: a sum of 28 Chebyshev polynomials is right to float64's last digits, and 13 of
them to float32's. The form is that of Press et al., Numerical Recipes (2007), section 6.2.2. The coefficients were
computed with 40 digits at the Chebyshev nodes.

Taught by docs/02-one-op.md.
"""

import numpy as np

# fmt: off
COEFFICIENTS = np.array([
    -0.6513268598908547, 0.6419697923564902, 0.019476473204185836, -0.009561514786808632, -0.0009465953444820368,
    0.00036683949785276145, 4.252332480690778e-05, -2.0278578112534255e-05, -1.6242900046470148e-06,
    1.303655835580513e-06, 1.562644172207549e-08, -8.523809591493513e-08, 6.5290544391066195e-09,
    5.059343495544564e-09, -9.913641564870331e-10, -2.2736512229824113e-10, 9.646791102423924e-11,
    2.3940380799538945e-12, -6.886027524430104e-12, 8.944879262721407e-13, 3.130921399343172e-13,
    -1.1270822257678351e-13, 3.8108845811235927e-16, 7.10610069878699e-15, -1.523032285384786e-15,
    -9.456988821418283e-17, 1.2101771903391955e-16, -2.8159725590597756e-17,
])
# fmt: on
TERMS_FOR_FLOAT32 = 13


def normal_cdf(x):
    """Phi(x) for floating (or complex) x, in the dtype of x; float16 is computed in float32."""
    wide = x.astype(np.result_type(x.dtype, np.float32), copy=False)
    coefficients = COEFFICIENTS.astype(wide.real.dtype)
    if wide.dtype == np.float32:
        coefficients = coefficients[:TERMS_FOR_FLOAT32]
    is_left = x.real < 0
    z = np.where(is_left, -wide, wide) * float(np.sqrt(0.5))
    t = 2 / (2 + z)
    tail = 0.5 * t * np.exp(np.polynomial.chebyshev.chebval(2 * t - 1, coefficients) - z * z)
    return np.where(is_left, tail, 1 - tail).astype(x.dtype, copy=False)
