"""How fast a training step is, and how much memory it takes: measured, and compared with PyTorch and others.

A *problem* says what is to be computed (`autoencoder.py`, `recurrent.py`, `convolution.py`, `chain.py`), a *side* is
one program that computes it (`sides.py`), a *work* is a named problem with the peers it is compared with
(`works.py`). Our side is written with the public API alone; those of the peers are in `peers/`, the one place
outside the tests where PyTorch may be imported. `timing.py` runs sides in turn, `products.py` and `memory.py` say
what a step is made of and what it holds, `report.py` writes the tables and `command.py` is the command.
"""
