"""Random input for every reader: no exception but the one that each promises. `make fuzz` runs it for SECONDS=600.

python -m tests.fuzz --seconds 3600             about a million inputs on two cores
python -m tests.fuzz.guided covid -runs=100000  one target, guided by the branches that it reaches (pip install atheris)

What fails is kept in corpus/ under the target's name, and tried first from then on, in the test suite too.
"""
