"""Problem 2, from its settings to its page. Read ``study.py`` first."""
