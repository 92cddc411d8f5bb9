"""Convolution and transposed convolution: one sum, and the forms that compute it. Read ``forms.py`` first."""
