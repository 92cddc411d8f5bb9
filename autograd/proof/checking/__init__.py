"""What ``autograd/proof/gradcheck.py`` is made of.

In the order of a check: `arguments` become float64; `replay` sets random generators back; `passes` run backward in
several ways while `watch` looks at every vjp; `compare` goes through the elements and `judge` decides on each, with
the numerical derivatives of `probe` and `differences`; `kinks` tells a corner from a mistake. Then `report` says that
all is well, or `complaint` says what is not, with the help of `blame` (which op?) and `hints` (what mistake?).
"""
