"""Property tests draw the same examples on every run, and are not timed one by one: the machine may be busy."""

from hypothesis import settings

settings.register_profile("reproducible", derandomize=True, deadline=None, print_blob=True)
settings.load_profile("reproducible")
