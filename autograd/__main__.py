"""``python -m autograd``: prove every op's gradient, here and now (``autograd/proof/command.py``)."""

import os
import sys

from .proof.command import main

if __name__ == "__main__":
    try:
        sys.exit(main())
    except BrokenPipeError:  # whoever read the table has seen enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
