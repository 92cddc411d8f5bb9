"""Do saved arrays fit the ones that are to receive them? Asked by modules, optimisers and interop alike."""

from collections.abc import Mapping

import numpy as np


def check_state(held: Mapping[str, np.ndarray], found: Mapping[str, np.ndarray], where: str) -> None:
    """Compare what was `found` in a file with the arrays `held`, key by key.

    Raises:
        ValueError: names every key that is missing, unexpected, of another shape, or of a dtype whose values the
            held one cannot represent exactly (float64 into float32), so that one reading shows all that is wrong.
    """
    complaints = [f"{key} is missing" for key in held if key not in found]
    complaints += [f"{key} is unexpected" for key in found if key not in held]
    for key in held:
        if key in found:
            value = np.asarray(found[key])
            if value.shape != held[key].shape:
                complaints.append(f"{key} has shape {value.shape}, expected {held[key].shape}")
            elif not np.can_cast(value.dtype, held[key].dtype):
                complaints.append(f"{key} has dtype {value.dtype}, expected {held[key].dtype}: convert it with astype")
    if complaints:
        raise ValueError(f"{where}: these values were not saved from the same architecture: {'; '.join(complaints)}")
