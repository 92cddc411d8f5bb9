"""What the fast recurrent kernels share: the way through time and back, and the memory layout of the gated cells.

A recurrent layer reads a sequence x_1 ... x_T and carries a state h from step to step:

    a_t = W_ih x_t + b_ih + W_hh h_{t-1} + b_hh        pre-activations: G*H numbers
    h_t = cell(a_t, h_{t-1})                           state: H numbers

Sizes: B batch, T time, D features, H hidden, G gates (tanh-RNN 1, GRU 3, LSTM 4).

**Backpropagation through time.** One W serves every step, so a change of W reaches the loss along T paths.
Write da_t for dLoss/da_t and so on. The loop walks from t = T down to 1 and carries dh_t from step to step:

    da_t     = the cell's own derivatives * dh_t       (rnn_tanh.py, gru.py, lstm.py)
    dh_{t-1} = W_hh^T da_t  + what flows past the gates  + the gradient that the user sent into h_{t-1}

Once all da_t are known, nothing is sequential any more. The other gradients are products with them:

    dW_hh = sum_t da_t h_{t-1}^T     dW_ih = sum_t da_t x_t^T     db = sum_t da_t     dx_t = W_ih^T da_t

So each backward runs its loop at once and returns one function for each argument: a gradient that is not needed (mostly
that of the data) is never computed. In the gated cells the loop writes da_t over the gates of step t, which are not
read again: memory that has just been read is still in the cache.

**Layout of the gated cells.** Users hold sequences as (B, T, D). Inside, GRU and LSTM are *feature-major*,
(time, features, batch): each gate of a step is one contiguous block, and so are neighbouring gates together, so that
one NumPy call can work on several. The state array S is T + 1 blocks, H + 1 + D rows and B columns:

               S[0]        S[1]              S[T-1]      S[T]
            +---------+ +---------+       +---------+ +---------+
    H rows  |   h_0   | |   h_1   |       | h_{T-1} | |   h_T   |    <- filled in by the forward loop
    1 row   |    1    | |    1    |  ...  |    1    | |    -    |    <- filled in once
    D rows  |   x_1   | |   x_2   |       |   x_T   | |    -    |    <- filled in once (- is never read)
            +---------+ +---------+       +---------+ +---------+

The weights are packed to match, W = [ W_hh | b_ih + b_hh | W_ih ]. Then

    a_{t+1} = W S[t]                    one product is recurrence, bias and input projection
    dW      = sum_t da_t S[t-1]^T       holds dW_hh, db and dW_ih side by side, as W does
    hidden  = S[1:, :H]                 handed to the user as a transposed view, no copy

Sequences usually start from h_0 = 0. Its H rows then add nothing to the first of these products, forward or backward,
and are left out: a fifth of the work for T = 5.

Taught by docs/07-through-time.md.
"""

from collections.abc import Callable, Iterator

import numpy as np

from ..products import in_pieces

Array = np.ndarray
Gradients = tuple[Callable[[], Array], ...]

MAX_CHUNK_BYTES = 512 * 1024  # half of a core's level-2 cache, where the next call then finds the result


def computed_once(function: Callable[[], Array]) -> Callable[[], Array]:
    """`function`, but only the first call computes its result. (functools.cache costs 3 % of a small backward pass.)"""
    results: list[Array] = []

    def result() -> Array:
        if not results:
            results.append(function())
        return results[0]

    return result


def check_arguments(op: str, gates: int, **arguments: Array) -> tuple[int, int, int, int]:
    """Compare all arguments of `op` with x (batch, time, features) and weight_hh (gates*hidden, hidden).

    Returns the sizes (B, T, D, H). Raises ValueError for a wrong shape or an empty sequence, and TypeError
    for a dtype other than that of x, naming op, argument, what it is and what was expected.
    """
    x, weight_hh = arguments["x"], arguments["weight_hh"]
    rows = "hidden" if gates == 1 else f"{gates}*hidden"
    if x.ndim != 3 or x.shape[1] == 0:
        raise ValueError(f"{op}: x has shape {x.shape}, expected (batch, time, features) with time >= 1")
    if x.dtype.kind != "f":
        raise TypeError(f"{op}: x has dtype {x.dtype}, expected float32 or float64")
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


def new_state(x: Array, h0: Array) -> tuple[Array, int]:
    """S (T+1, H+1+D, B) with h_0, ones and x filled in; and the first row of S[0] that may be nonzero."""
    (B, T, D), H = x.shape, h0.shape[1]
    state = np.empty((T + 1, H + 1 + D, B), x.dtype)
    state[0, :H] = h0.T
    state[:T, H] = 1
    state[:T, H + 1 :] = feature_major(x)
    return state, 0 if h0.any() else H


def pack_weights(weight_ih: Array, weight_hh: Array, bias: Array) -> Array:
    """W = [ W_hh | bias | W_ih ] (rows, H+1+D): its columns match the rows of S."""
    return np.concatenate([weight_hh, bias[:, None], weight_ih], axis=1)


def rotated(rows: Array, by: int) -> Array:
    """The rows from `by` on, then the rows before it. (np.roll does the same and costs more on small arrays.)"""
    return np.concatenate([rows[by:], rows[:by]])


def pre_activation(weights: Array, state: Array, t: int, first_row: int, out: Array) -> None:
    """Write a_{t+1} = W S[t] into out, both W and out in pieces; of S[0] only the rows from first_row on."""
    if t == 0:
        weights, state = weights[:, :, first_row:], state[:, first_row:]
    np.matmul(weights, state[t], out=out)


def sum_over_time(grad_a: Array, state: Array, first_row: int = 0) -> Array:
    """sum_t da_t S[t-1]^T, the gradient of the packed weights; of S[0] only the rows from first_row on.

    grad_a (T, rows, B) and state, which is S[:T] or some rows of it, (T, columns, B) give (rows, columns).
    """
    columns = state.shape[1]
    total = np.zeros((grad_a.shape[1], columns), grad_a.dtype)
    np.matmul(grad_a[0], state[0, first_row:].T, out=total[:, first_row:])
    left = in_pieces(grad_a, columns)
    for steps in chunks(1, len(left), total.nbytes):
        products = np.matmul(left[steps], np.ascontiguousarray(state[steps].mT)[:, None])
        total += np.add.reduce(products, axis=0).reshape(total.shape)
    return total


def chunks(start: int, stop: int, bytes_per_step: int) -> Iterator[slice]:
    """Cut the steps from start to stop into slices of at most MAX_CHUNK_BYTES, but at least one step each.

    All steps together exceed the cache. One step is too little work for a NumPy call, which costs a microsecond.
    """
    length = max(1, MAX_CHUNK_BYTES // max(1, bytes_per_step))
    for first in range(start, stop, length):
        yield slice(first, min(first + length, stop))


def feature_major(sequence: Array) -> Array:
    """(B, T, features) seen as (T, features, B); a view."""
    return sequence.transpose(1, 2, 0)


def batch_major(sequence: Array) -> Array:
    """(T, features, B) seen as (B, T, features); a view."""
    return sequence.transpose(2, 0, 1)


def transposed_copy(gradient: Array | None, like: Array) -> Array:
    """A gradient (B, H) as a new array (H, B); zeros for None, where the loss does not use that output."""
    return np.zeros_like(like) if gradient is None else np.array(gradient.T, order="C")
