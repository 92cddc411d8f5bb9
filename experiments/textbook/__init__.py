"""The figures of the pages in docs/."""
