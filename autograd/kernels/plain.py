"""The ops of this folder as plain loops over taps or time steps, forward and backward side by side. Read this first.

Each function returns its value and a function `gradients`, which turns g, the gradient of the loss with respect to the
value, into the gradients of the arguments:

    y, gradients = conv2d(x, weight)
    dx, dweight = gradients(g)

The files beside this one compute the same numbers faster, and the tests compare them with these. Nothing here is
prepared, fused or kept in a special memory order.

Letters: images x (N, H, W, C), weights w (F, kH, kW, C), results y (N, OH, OW, F) with F filters; stride s, padding p,
dilation d. Sequences x (B, T, D): batch, time, features; states h (B, H) with H hidden units.

Taught by docs/06-convolution.md, docs/07-through-time.md and, for layer_norm, docs/13-normalisation.md.
"""

import numpy as np

from .conv.geometry import as_pair, conv_geometry, conv_transpose_geometry, window_counts
from .logistic import sigmoid


def conv2d(x, weight, stride=1, padding=0, dilation=1):
    """y[n,r,q,f] = sum over i, j, c of w[f,i,j,c] x[n, s r + d i - p, s q + d j - p, c].

    One tap (i, j) of the kernel after the other: through it, all windows together see a strided part of the image.
    The sum of g y is linear in x and in w, so each gradient is the same sum with that array left out.
    """
    size = conv_geometry(x.shape, weight.shape, stride, padding, dilation)
    padded, inside = _padded(x, size.padding), _inside(x.shape, size.padding)
    y = np.zeros(size.output_shape, x.dtype)
    for i, j, seen in _taps(size):
        y += padded[seen] @ weight[:, i, j].T

    def gradients(g):
        dx, dw = np.zeros_like(padded), np.zeros_like(weight)
        for i, j, seen in _taps(size):
            dx[seen] += g @ weight[:, i, j]
            dw[:, i, j] = _sum_of_outer_products(g, padded[seen])
        return dx[inside], dw

    return y, gradients


def conv_transpose2d(x, weight, stride=1, padding=0, output_padding=0, dilation=1):
    """The adjoint of conv2d: every pixel of x paints the weight, scaled by itself, into y; overlaps add up.

    x (N, H, W, C), weight (C, kH, kW, F), y (N, H', W', F). Forward is conv2d's gradient of x; the gradient of x is
    conv2d's forward.
    """
    size = conv_transpose_geometry(x.shape, weight.shape, stride, padding, output_padding, dilation)
    inside = _inside(size.image_shape, size.padding)
    painting = _padded(np.zeros(size.image_shape, x.dtype), size.padding)
    for i, j, painted in _taps(size):
        painting[painted] += x @ weight[:, i, j]

    def gradients(g):
        padded, dx, dw = _padded(g, size.padding), np.zeros_like(x), np.zeros_like(weight)
        for i, j, painted in _taps(size):
            dx += padded[painted] @ weight[:, i, j].T
            dw[:, i, j] = _sum_of_outer_products(x, padded[painted])
        return dx, dw

    return painting[inside], gradients


def layer_norm(x, weight, bias, epsilon=1e-5):
    """y = weight n + bias with n = (x - mean) / sigma, over the last axes of x, as many as weight and bias have.

    With h = weight g = dL/dn:  dL/dx = (h - mean(h) - n mean(h n)) / sigma. It is derived in ``normalization.py``.
    """
    axes, examples = tuple(range(-weight.ndim, 0)), tuple(range(x.ndim - weight.ndim))
    centred = x - x.mean(axes, keepdims=True)
    sigma = np.sqrt((centred * centred).mean(axes, keepdims=True) + epsilon)
    n = centred / sigma

    def gradients(g):
        h = weight * g
        dx = (h - h.mean(axes, keepdims=True) - n * (h * n).mean(axes, keepdims=True)) / sigma
        return dx, (g * n).sum(examples), g.sum(examples)

    return weight * n + bias, gradients


def rnn_tanh(x, h0, weight_ih, weight_hh, bias_ih, bias_hh):
    """h_t = tanh(W_ih x_t + b_ih + W_hh h_{t-1} + b_hh): all hidden states (B, T, H) and the last one (B, H).

    Backward walks from the last step to the first. dh holds dL/dh_t: what the loss sends into h_t itself, and what
    arrives from step t + 1. Every step adds its share to the gradients of the weights, since all steps use them.
    """
    steps = range(x.shape[1])
    h = [h0]
    for t in steps:
        h.append(np.tanh(x[:, t] @ weight_ih.T + bias_ih + h[t] @ weight_hh.T + bias_hh))

    def gradients(g_hidden, g_last):
        dx, dw_ih, dw_hh, db = map(np.zeros_like, (x, weight_ih, weight_hh, bias_ih))
        dh = g_last
        for t in reversed(steps):
            dh = dh + g_hidden[:, t]
            da = dh * (1 - h[t + 1] ** 2)  # tanh' = 1 - tanh^2
            dx[:, t] = da @ weight_ih
            dw_ih += da.T @ x[:, t]
            dw_hh += da.T @ h[t]
            db += da.sum(0)
            dh = da @ weight_hh
        return dx, dh, dw_ih, dw_hh, db, db

    return (np.stack(h[1:], axis=1), h[-1]), gradients


def lstm(x, h0, c0, weight_ih, weight_hh, bias_ih, bias_hh):
    """c_t = f c_{t-1} + i g and h_t = o tanh(c_t): hidden states (B, T, H), the last one and the last cell (B, H).

    The gates i, f, o are sigmoids and the candidate g is a tanh of a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh, whose
    rows lie in the order i, f, g, o. (sigmoid' = s (1 - s))
    """
    steps = range(x.shape[1])
    h, c, gates = [h0], [c0], []
    for t in steps:
        a_i, a_f, a_g, a_o = np.split(x[:, t] @ weight_ih.T + bias_ih + h[t] @ weight_hh.T + bias_hh, 4, axis=1)
        i, f, g, o = sigmoid(a_i), sigmoid(a_f), np.tanh(a_g), sigmoid(a_o)
        gates.append((i, f, g, o))
        c.append(f * c[t] + i * g)
        h.append(o * np.tanh(c[t + 1]))

    def gradients(g_hidden, g_last, g_last_cell):
        dx, dw_ih, dw_hh, db = map(np.zeros_like, (x, weight_ih, weight_hh, bias_ih))
        dh, dc = g_last, g_last_cell
        for t in reversed(steps):
            i, f, g, o = gates[t]
            shown = np.tanh(c[t + 1])
            dh = dh + g_hidden[:, t]
            dc = dc + dh * o * (1 - shown**2)  # c_t reaches the loss through h_t and through c_{t+1}
            da_i, da_f = dc * g * i * (1 - i), dc * c[t] * f * (1 - f)
            da_g, da_o = dc * i * (1 - g**2), dh * shown * o * (1 - o)
            da = np.concatenate([da_i, da_f, da_g, da_o], axis=1)
            dx[:, t] = da @ weight_ih
            dw_ih += da.T @ x[:, t]
            dw_hh += da.T @ h[t]
            db += da.sum(0)
            dh, dc = da @ weight_hh, dc * f
        return dx, dh, dc, dw_ih, dw_hh, db, db

    return (np.stack(h[1:], axis=1), h[-1], c[-1]), gradients


def gru(x, h0, weight_ih, weight_hh, bias_ih, bias_hh):
    """h_t = (1 - z) n + z h_{t-1} with n = tanh(q + r p): all hidden states (B, T, H) and the last one (B, H).

    p and q are the candidate's rows of W_hh h_{t-1} + b_hh and of W_ih x_t + b_ih; the gates r and z are sigmoids of
    the sums of their rows. Rows lie in the order r, z, n. (Reset after the product, as in PyTorch and cuDNN.)
    """
    steps = range(x.shape[1])
    h, gates = [h0], []
    for t in steps:
        x_r, x_z, q = np.split(x[:, t] @ weight_ih.T + bias_ih, 3, axis=1)
        h_r, h_z, p = np.split(h[t] @ weight_hh.T + bias_hh, 3, axis=1)
        r, z = sigmoid(x_r + h_r), sigmoid(x_z + h_z)
        n = np.tanh(q + r * p)
        gates.append((r, z, n, p))
        h.append((1 - z) * n + z * h[t])

    def gradients(g_hidden, g_last):
        arguments = (x, weight_ih, weight_hh, bias_ih, bias_hh)
        dx, dw_ih, dw_hh, db_ih, db_hh = map(np.zeros_like, arguments)
        dh = g_last
        for t in reversed(steps):
            r, z, n, p = gates[t]
            dh = dh + g_hidden[:, t]
            dq = dh * (1 - z) * (1 - n**2)
            da_r, da_z = dq * p * r * (1 - r), dh * (h[t] - n) * z * (1 - z)
            of_x = np.concatenate([da_r, da_z, dq], axis=1)
            of_h = np.concatenate([da_r, da_z, dq * r], axis=1)
            dx[:, t] = of_x @ weight_ih
            dw_ih += of_x.T @ x[:, t]
            dw_hh += of_h.T @ h[t]
            db_ih += of_x.sum(0)
            db_hh += of_h.sum(0)
            dh = of_h @ weight_hh + dh * z
        return dx, dh, dw_ih, dw_hh, db_ih, db_hh

    return (np.stack(h[1:], axis=1), h[-1]), gradients


def max_pool2d(x, kernel, stride=None, padding=0):
    """y[n,r,q,c] = the largest pixel of its window; it gets the gradient, the first one where several are equal."""
    windows, y = _pooling(x, kernel, stride, padding)
    winners = [(window, max(pixels, key=lambda pixel: x[pixel])) for window, pixels in windows]
    for window, winner in winners:
        y[window] = x[winner]

    def gradients(g):
        dx = np.zeros_like(x)
        for window, winner in winners:
            dx[winner] += g[window]
        return (dx,)

    return y, gradients


def avg_pool2d(x, kernel, stride=None, padding=0):
    """y[n,r,q,c] = the sum of its window / (kH kW), in which padding counts as 0; every pixel gets g / (kH kW)."""
    windows, y = _pooling(x, kernel, stride, padding)
    area = np.prod(as_pair("avg_pool2d", "kernel", kernel, minimum=1))
    for window, pixels in windows:
        y[window] = sum(x[pixel] for pixel in pixels) / area

    def gradients(g):
        dx = np.zeros_like(x)
        for window, pixels in windows:
            for pixel in pixels:
                dx[pixel] += g[window] / area
        return (dx,)

    return y, gradients


def upsample2d(x, scale):
    """y[n,r,q,c] = x[n, r // k, q // k, c] for the scale k; a pixel gets the sum of the gradients of its copies."""
    down, across = as_pair("upsample2d", "scale", scale, minimum=1)
    N, H, W, C = x.shape
    y = np.empty((N, down * H, across * W, C), x.dtype)
    sources = [((n, r, q, c), (n, r // down, q // across, c)) for n, r, q, c in np.ndindex(*y.shape)]
    for copy, source in sources:
        y[copy] = x[source]

    def gradients(g):
        dx = np.zeros_like(x)
        for copy, source in sources:
            dx[source] += g[copy]
        return (dx,)

    return y, gradients


def _taps(size):
    """Every tap (i, j) of a kernel, and the part (N, OH, OW, C) of the padded image that the windows see through it."""
    for tap in np.ndindex(*size.kernel):
        rows, columns = (
            slice(d * i, d * i + s * (count - 1) + 1, s)
            for i, d, s, count in zip(tap, size.dilation, size.stride, size.output, strict=True)
        )
        yield *tap, (slice(None), rows, columns)


def _padded(image, padding):
    """The image with a border of zeros along H and along W."""
    return np.pad(image, [(0, 0), *((p, p) for p in padding), (0, 0)])


def _inside(shape, padding):
    """Where the image lies within its border."""
    return slice(None), *(slice(p, p + n) for p, n in zip(padding, shape[1:3], strict=True))


def _sum_of_outer_products(a, b):
    """(F, C) from a (N, OH, OW, F) and b (N, OH, OW, C): the sum of a[n,r,q,f] b[n,r,q,c] over n, r and q."""
    return np.einsum("nrqf,nrqc->fc", a, b)


def _pooling(x, kernel, stride, padding):
    """Every window (n, r, q, c) with the list of its pixels (n, row, column, c); and an empty array of results."""
    kernel = as_pair("pooling", "kernel", kernel, minimum=1)
    stride = kernel if stride is None else as_pair("pooling", "stride", stride, minimum=1)
    padding = as_pair("pooling", "padding", padding, minimum=0)
    N, H, W, C = x.shape
    y = np.empty((N, *window_counts("pooling", (H, W), kernel, stride, padding), C), x.dtype)
    windows = []
    for n, r, q, c in np.ndindex(*y.shape):
        top, left = stride[0] * r - padding[0], stride[1] * q - padding[1]
        rows, columns = range(max(0, top), min(H, top + kernel[0])), range(max(0, left), min(W, left + kernel[1]))
        windows.append(((n, r, q, c), [(n, row, column, c) for row in rows for column in columns]))
    return windows, y
