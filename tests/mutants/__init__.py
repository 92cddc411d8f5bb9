"""Would the tests notice a mistake? Small mistakes are made in the engine, one at a time, and its tests are run.

python -m tests.mutants --seconds 3600          all mutants that the time allows, in random order
python -m tests.mutants --module autograd/node.py

A mutant that no test notices is printed with its line. docs/testing.md explains those that stay.
"""
