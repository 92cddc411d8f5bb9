"""Keep freed memory in the process, so that the next training step finds its arrays' pages in place.

A training step makes and drops the same large arrays over and over. The C library's malloc hands those above a
threshold back to the operating system at once, and each step then waits while thousands of fresh pages are mapped and
filled with zeros: a tenth of the step of the convolutional autoencoder.
"""

import ctypes

# From glibc's malloc.h. Above MMAP_THRESHOLD an array gets pages of its own, returned when it is freed (32 MiB is the
# largest value allowed); above TRIM_THRESHOLD, free memory at the end of the heap is returned.
TRIM_THRESHOLD, MMAP_THRESHOLD = -1, -3
LARGEST_MMAP_THRESHOLD, NEVER = 2**25, 2**31 - 1


def keep_freed_memory() -> bool:
    """Ask glibc's malloc to keep what is freed; elsewhere do nothing. Gives whether it was done."""
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, TypeError, AttributeError):  # another system, or another C library
        return False
    return bool(mallopt(MMAP_THRESHOLD, LARGEST_MMAP_THRESHOLD) and mallopt(TRIM_THRESHOLD, NEVER))
