"""Which matrix library runs here, and up to which size its products need no packing.

OpenBLAS first copies ("packs") the operands of a product into an order of its own. Its AVX-512 kernels have a second
path without the copy, for products of at most a million multiplications. Its AVX2 kernels have none. Measured in GFLOPS
on one core for F x K times K x N: a stack of whole products, the same cut into pieces of 16, 32 or 48 rows, and all of
the stack as one long product:

                        AVX-512                               AVX2
    F    K    N     whole   16    32    48   long       whole   16    32    48   long
    256  512  32       86   98   106   108     92          64   41    51    55     75
    128  256  32       85   94   103   106     88          69   47    56    59     62
    256  512  64       92  106    81    88     94          72   45    58    62     76

So pieces pay on AVX-512, as few as are small enough for the path without packing (32 rows times 512 x 64 are not). On
AVX2 they never pay. The choice follows the name of the running kernels, not a timing: the same machine gives the same
bytes in every run. Between the two families bytes may differ, since they add in different orders.

Taught by docs/05-matrix-products.md.
"""

from functools import cache
from typing import Any

AVX2_KERNELS = ("Haswell", "Zen")
AVX512_KERNELS = ("SkylakeX", "Cooperlake", "SapphireRapids")  # OpenBLAS's names; Zen 4 and 5 run them too


@cache
def has_avx2_only() -> bool:
    """Whether the processor has AVX2 and no AVX-512, by the kernels that OpenBLAS has chosen."""
    return running_blas().get("architecture") in AVX2_KERNELS


@cache
def max_unpacked_multiplications() -> int:
    """Products of at most so many multiplications are made without packing; 0 where every product is packed."""
    return 1_000_000 if running_blas().get("architecture") in AVX512_KERNELS else 0


def running_blas() -> dict[str, Any]:
    """What threadpoolctl says of NumPy's matrix library: internal_api, version, architecture; empty if unknown."""
    try:
        from threadpoolctl import threadpool_info  # here, so that importing the engine needs nothing but NumPy
    except ImportError:
        return {}
    found = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    ours = [pool for pool in found if "numpy" in pool["filepath"]]  # SciPy brings a library of its own
    return (ours or found or [{}])[0]
