"""``python -m autograd``: prove every op's gradient, here and now (``autograd/proof/command.py``)."""

import sys

from .exercises.diagnosis import diagnose_all, show_diagnoses
from .proof.command import main
from .proof.output import ended

if __name__ == "__main__":
    sys.exit(ended(lambda: main(more_tests=(lambda: show_diagnoses(diagnose_all()),))))
