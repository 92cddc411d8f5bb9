"""Our ops on the samples of PyTorch's own operator and module databases, which ship inside torch."""
