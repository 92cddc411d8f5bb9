"""The exercises as the reader gets them: each file is one op whose backward is missing."""
