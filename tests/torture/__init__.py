"""The program under torture: killed, starved of disk and files, fed with hostile input. `make torture` runs it all.

python -m tests.torture                     15 minutes, as `make torture`
python -m tests.torture --seconds 3600      as long as asked; more kills, more flipped bits
"""
