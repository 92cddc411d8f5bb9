"""Daily COVID-19 counts by country: read from a file, downloaded, or simulated."""

from .counts import CaseCounts, load_cases

__all__ = ["CaseCounts", "load_cases"]
