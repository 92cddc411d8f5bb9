"""Anime faces that the program draws by itself, with the factors that each was drawn from."""
