"""What the fused recurrent kernels share: one layout, one matrix product a step, one way back.

A recurrent cell reads a sequence x_1 ... x_T and carries a state h from step to step:

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        the pre-activations, G*H numbers (G = 1 tanh-RNN, 3 GRU, 4 LSTM)
    h_t = cell(a_t, h_{t-1})                           H numbers

Sizes: B batch, T time, D features, H hidden, G gates. Users hold sequences as (B, T, D); inside, arrays are
*feature-major*, (time, features, batch), so that each gate of a step is one contiguous block and NumPy walks
over it in one call. The state array S has T + 1 blocks, each of H + 1 + D rows and B columns:

               S[0]        S[1]              S[T-1]      S[T]
            +---------+ +---------+       +---------+ +---------+
    H rows  |   h_0   | |   h_1   |       | h_{T-1} | |   h_T   |    <- filled in by the forward loop
    1 row   |    1    | |    1    |  ...  |    1    | |    -    |    <- filled in once
    D rows  |   x_1   | |   x_2   |       |   x_T   | |    -    |    <- filled in once (- : never read)
            +---------+ +---------+       +---------+ +---------+

and the weights are packed to match, W = [ W_hh | b_ih + b_hh | W_ih ]. Then

    a_{t+1} = W S[t]            one matrix product is input projection, bias and recurrence at once
    hidden  = S[1:, :H]         all hidden states, given to the user as a transposed view: no copy

**Backpropagation through time.** The same W serves every step, so a change of the loss reaches W along T paths.
Write da_t for dLoss/da_t and so on. The loop walks from t = T down to 1, carrying dh_t from step to step:

    da_t     = the cell's own derivatives * dh_t       (see rnn_tanh.py, gru.py, lstm.py)
    dh_{t-1} = W_hh^T da_t  (+ what flows past the gates)  + the gradient that the user sent into h_{t-1}

Once all da_t are known nothing has to go step by step any more; the other gradients are sums or products of them:

    dW   = sum_t da_t S[t-1]^T          which holds dW_hh, the bias's and dW_ih side by side, as W does
    dx_t = W_ih^T da_t

That is why each backward runs its loop at once but returns one function per argument: what nobody asks for (the
gradient of the data, most of all) is never computed.
"""

import functools
from collections.abc import Callable, Iterator

import numpy as np

Array = np.ndarray
Gradients = tuple[Callable[[], Array], ...]

CHUNK_BYTES = 512 * 1024  # half of a core's level-2 cache: what a chunk writes, its loop finds still there


def check_arguments(op: str, gates: int, **arguments: Array) -> tuple[int, int, int, int]:
    """Compare every argument of `op` with x (batch, time, features) and weight_hh (gates*hidden, hidden).

    Returns the sizes (B, T, D, H). Raises ValueError for a wrong shape or an empty sequence and TypeError for a
    dtype other than that of x, naming op, argument, what it is and what was expected.
    """
    x, weight_hh = arguments["x"], arguments["weight_hh"]
    rows = "hidden" if gates == 1 else f"{gates}*hidden"
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"{op}: x has shape {x.shape}, expected (batch, time, features) with time >= 1")
    if x.dtype.kind != "f":
        raise TypeError(f"{op}: x has dtype {x.dtype}, expected a floating one (float32 or float64)")
    if weight_hh.ndim != 2:
        raise ValueError(f"{op}: weight_hh has shape {weight_hh.shape}, expected ({rows}, hidden)")
    (B, T, D), H = x.shape, weight_hh.shape[1]
    state, bias = ((B, H), "(batch, hidden)"), ((gates * H,), f"({rows},)")
    expected = {
        "x": ((B, T, D), "(batch, time, features)"),
        "h0": state,
        "c0": state,
        "weight_ih": ((gates * H, D), f"({rows}, features)"),
        "weight_hh": ((gates * H, H), f"({rows}, hidden)"),
        "bias_ih": bias,
        "bias_hh": bias,
    }
    for name, array in arguments.items():
        shape, meaning = expected[name]
        if array.shape != shape:
            raise ValueError(f"{op}: {name} has shape {array.shape}, expected {shape} = {meaning}")
        if array.dtype != x.dtype:
            raise TypeError(f"{op}: {name} has dtype {array.dtype}, expected {x.dtype}, the dtype of x")
    return B, T, D, H


def allocate(shape: tuple[int, ...], dtype: np.dtype) -> Array:
    """An uninitialised array. All arrays as long as the sequence come from here, so that they can be pooled here."""
    return np.empty(shape, dtype)


def new_state(x: Array, h0: Array) -> Array:
    """The state array S (T+1, H+1+D, B) of the picture above, with h_0, the ones and x in place."""
    (B, T, D), H = x.shape, h0.shape[1]
    state = allocate((T + 1, H + 1 + D, B), x.dtype)
    state[0, :H] = h0.T
    state[:T, H] = 1
    state[:T, H + 1 :] = feature_major(x)
    return state


def pack_weights(weight_ih: Array, weight_hh: Array, bias: Array) -> Array:
    """W = [ W_hh | bias | W_ih ] (rows, H+1+D): its columns match the rows of S."""
    return np.concatenate([weight_hh, bias[:, None], weight_ih], axis=1)


def feature_major(sequence: Array) -> Array:
    """(B, T, features) seen as (T, features, B); a view."""
    return sequence.transpose(1, 2, 0)


def batch_major(sequence: Array) -> Array:
    """(T, features, B) seen as (B, T, features); a view."""
    return sequence.transpose(2, 0, 1)


def start_of_backward(gradient: Array | None, like: Array) -> Array:
    """A fresh (H, B) array holding the gradient (B, H) of a last state, zero where the loss does not use it."""
    return np.zeros_like(like, order="C") if gradient is None else np.array(gradient.T, order="C")


def chunks(steps: int, bytes_per_step: int) -> Iterator[range]:
    """Cut range(steps) into runs of at most CHUNK_BYTES each.

    A long sequence does not fit into the cache and a single step is too little work for a NumPy call (one call
    costs about a microsecond). A chunk is as many steps as fit.
    """
    length = max(1, CHUNK_BYTES // max(1, bytes_per_step))
    for start in range(0, steps, length):
        yield range(start, min(start + length, steps))


def sum_over_time(gate_gradients: Array, inputs: Array) -> Array:
    """sum_t da_t S_t^T, the gradient of the packed weights: (T, rows, B) and (T, columns, B) give (rows, columns)."""
    T, rows, _ = gate_gradients.shape
    columns = inputs.shape[1]
    inputs = inputs.transpose(0, 2, 1)
    total = None
    for run in chunks(T, rows * columns * inputs.itemsize):
        part = slice(run.start, run.stop)
        products = np.matmul(gate_gradients[part], inputs[part])
        summed = products.sum(axis=0) if len(run) > 1 else products[0]
        total = summed if total is None else np.add(total, summed, out=total)
    return total


computed_once: Callable[[Callable[[], Array]], Callable[[], Array]] = functools.cache
