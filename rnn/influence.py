"""What a trained net looks at: the slope of its answer in each of the last days, from our own engine.

For a window with daily counts x_1 ... x_L let z be the net's logit and u_t = sign(x_t) log(1 + |x_t|). The slope
dz/du_t says how much surer of a rise the net would be if day t had had more cases: with u one higher, about e times as
many.
"""

import numpy as np

from autograd import Tensor

from .features import net_inputs
from .trained import TrainedNet


def slopes(net: TrainedNet, values: np.ndarray) -> np.ndarray:
    """dz/du of each window and day, (n, L), for windows (n, L) of daily new cases.

    A net on steps sees u_t, u_t - u_L and the sign of each step. By the chain rule a day's slope is that of u_t plus
    that of u_t - u_L, and the last day loses the slopes of all differences. The sign has slope 0 wherever it has one.
    """
    dtype = net.classifier.head.weight.dtype
    x = Tensor(net_inputs(values, net.inputs).astype(dtype), requires_grad=True)
    net.classifier(x).sum().backward()
    net.classifier.zero_grad()
    assert x.grad is not None  # a net reads every day
    gradient = np.asarray(x.grad)
    if net.inputs == "log":
        return gradient
    level, relative = gradient[:, :, 0], gradient[:, :, 1]
    of_days = level + relative
    of_days[:, -1] = level[:, -1] - relative[:, :-1].sum(axis=1)
    return of_days
