"""Measure the time and memory of training steps, and compare them with PyTorch and other packages.

A *problem* says what to compute (`autoencoder.py`, `recurrent.py`, `convolution.py`, `chain.py`). A *side* is one
program that computes it (`sides.py`). A *work* is a problem with a name and a list of peers (`works.py`). Our side
uses the public API alone. The sides of the peers are in `peers/`, the only place outside the tests that may import
PyTorch. `timing.py` runs sides in turn. `products.py` times the matrix products of a step, and `memory.py` measures
its peak memory. `report.py` writes the tables, and `command.py` is the command.
"""
