"""Array code behind the rules: plain functions of NumPy arrays. Read ``plain.py`` first; tests hold the rest to it."""
