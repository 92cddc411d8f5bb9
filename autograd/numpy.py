"""Refuse `import autograd.numpy as np`, the first line of programs for HIPS autograd, a package of the same name.

In this repository Python finds the folder `autograd` first. The error says how to run such a program.
"""

raise ImportError(
    "autograd.numpy belongs to HIPS autograd, and this is another package of that name: for theirs run your program "
    "outside this folder (installed, ours is called headgrad); for ours write `import numpy as np`, whose functions "
    "run on autograd.Tensor",
)
