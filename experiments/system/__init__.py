"""What the operating system asks of a program: its faults, memory, terminals and worker processes."""
