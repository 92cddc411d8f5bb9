"""One self-contained HTML page of results, and the same words as RESULTS.md."""
