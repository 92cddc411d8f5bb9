"""Commands that train, evaluate and draw: ``python -m experiments --help``.

BLAS uses one thread unless the environment says otherwise. This must be set before NumPy is first imported. The kernels
divide their work among threads themselves (``autograd/kernels/threads.py``), and BLAS's own threads would busy-wait on
the cores that those compute on. One thread also gives the same bytes on any number of cores.
"""

import os

for _name in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
    os.environ.setdefault(_name, "1")
