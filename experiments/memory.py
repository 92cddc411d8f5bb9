"""Keep freed memory in the process, so that the next training step reuses its pages.

A training step allocates and frees the same large arrays again and again. The C library's malloc returns arrays above
a threshold to the operating system at once. Each step then waits while thousands of new pages are mapped and zeroed:
10 % of a step of the convolutional autoencoder.
"""

import ctypes

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
