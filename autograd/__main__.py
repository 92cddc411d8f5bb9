"""``python -m autograd``: prove every op's gradient, here and now (``autograd/proof/command.py``)."""

import os
import sys

from .exercises.diagnosis import diagnose_all, show_diagnoses
from .proof.command import main

if __name__ == "__main__":
    try:
        sys.exit(main(more_tests=(lambda: show_diagnoses(diagnose_all()),)))
    except BrokenPipeError:  # whoever read the table has seen enough of it
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
