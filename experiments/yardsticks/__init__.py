"""Problem 1 beside outside yardsticks, in the environment of the benchmark: the study (`study`) and its page."""
