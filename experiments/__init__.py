"""Commands that train, evaluate and draw: ``python -m experiments --help``.

BLAS multiplies with one thread unless the environment says otherwise, which must be said before NumPy is first
imported: the kernels share their work out themselves (``autograd/kernels/threads.py``), and BLAS's own threads would
wait for each other by spinning on the cores that those compute on. It also gives the same bytes on any number of cores.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
