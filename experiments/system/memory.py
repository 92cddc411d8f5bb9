"""The memory of the process: keep what is freed for the next training step, and read the peak.

A training step allocates and frees the same large arrays again and again. The C library's malloc returns arrays above
a threshold to the operating system at once. Each step then waits while thousands of new pages are mapped and zeroed:
10 % of a step of the convolutional autoencoder.
"""

import ctypes
import sys

try:
    import resource
except ImportError:  # Windows has no such module
    resource = None  # type: ignore[assignment]

# From glibc's malloc.h. Above MMAP_THRESHOLD an array gets pages of its own, returned when it is freed (32 MiB is the
# largest value allowed); above TRIM_THRESHOLD, free memory at the end of the heap is returned.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
MAX_MMAP_THRESHOLD, NEVER = 2**25, 2**31 - 1


def keep_freed_memory() -> bool:
    """Ask glibc's malloc to keep what is freed; elsewhere do nothing. Gives whether it was done."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return False
    return bool(mallopt(MMAP_THRESHOLD, MAX_MMAP_THRESHOLD) and mallopt(TRIM_THRESHOLD, NEVER))


def peak_memory_mb() -> float | None:
    """MB (10^6 bytes) that this process, or one of its children that has ended, held at its peak; None on Windows."""
    if resource is None:
        return None
    unit = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss is in bytes there and in kilobytes here
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / unit
