"""What stands around the engine: safety nets, profiles, saved states, PyTorch's names, drawings, derived functions."""
