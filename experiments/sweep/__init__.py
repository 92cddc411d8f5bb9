"""A study for every combination of some settings, on one machine or on a cluster; the numbers in one table."""
