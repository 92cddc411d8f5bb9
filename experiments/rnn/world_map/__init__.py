"""The world map of probabilities: an SVG by pygal, and the same as a PNG."""
