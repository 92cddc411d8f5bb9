import contextlib

with contextlib.suppress(ImportError):  # without PyTorch the tests say themselves why they are skipped
    import torch

    torch.set_num_threads(1)  # small arrays: threads that wait for each other would be most of the time
