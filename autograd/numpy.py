"""The first line of a program for HIPS autograd, another package of the same name, is answered with what is the matter.

Such a program begins with `import autograd.numpy as np`. In this repository the folder `autograd` comes first.
"""

raise ImportError(
    "autograd.numpy belongs to HIPS autograd, and this is another package of that name: for theirs run your program "
    "outside this folder (installed, ours is called headgrad); for ours write `import numpy as np`, whose functions "
    "run on autograd.Tensor",
)
