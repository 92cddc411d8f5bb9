"""Commands that train, evaluate and draw: ``python -m experiments --help``.

BLAS multiplies with one thread unless the environment says otherwise, which must be said before NumPy is first
imported. At the sizes here more threads gain little on idle cores, and on busy ones they wait for each other by
spinning: five times the work in twice the time. One thread also gives the same bytes on any number of cores.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
