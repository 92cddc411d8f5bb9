"""The world map of probabilities: the rows behind it (`table`), the SVG by pygal (`svg`), its pixels (`png`)."""
