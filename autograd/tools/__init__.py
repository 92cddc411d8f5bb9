"""What stands around the engine: safety nets, a profiler, saved states, PyTorch's names, drawn graphs, derivatives as functions."""
