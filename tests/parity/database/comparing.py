"""One sample computed by PyTorch and by ours: values, then gradients under random cotangents, in float64."""

import inspect

import numpy as np
import torch

from autograd import Tensor

from .cannot import Cannot, require

TOLERANCE = 1e-9


def ours_of(value):
    """PyTorch's arguments as ours: floating tensors as Tensors, others as arrays, containers one by one."""
    if isinstance(value, torch.Tensor):
        require(not value.is_complex(), "complex numbers")
        require(value.layout == torch.strided, "sparse tensors")
        array = value.detach().numpy()
        if value.is_floating_point():
            return Tensor(np.asarray(array), requires_grad=value.requires_grad)
        return array
    if isinstance(value, tuple | list):
        return type(value)(map(ours_of, value))
    if isinstance(value, dict):
        return {key: ours_of(item) for key, item in value.items()}
    return value


def tensors_in(value, kind):
    """All tensors inside arguments or results, in order."""
    if isinstance(value, kind):
        return [value]
    if isinstance(value, dict):
        value = list(value.values())
    return [t for item in value for t in tensors_in(item, kind)] if isinstance(value, tuple | list) else []


def call(function, arguments, options):
    """Ours, or Cannot if it has no such argument."""
    try:
        inspect.signature(function).bind(*arguments, **options)
    except TypeError as error:
        raise Cannot(f"an argument that ours has not: {error}") from error
    return function(*arguments, **options)


def compare(theirs, ours, arguments, options, parameters=()):
    """Compare a function of PyTorch with ours.

    Args:
        theirs, ours: the functions, of `arguments` and `options`.
        parameters: tensors of theirs and of ours whose gradients are compared too, each pair with the order of axes
            that turns ours into theirs (None: the same).

    Returns:
        How many arrays were compared, and what differs, in words.
    """
    our_arguments, our_options = ours_of(arguments), ours_of(options)
    our_results = tensors_in(call(ours, our_arguments, our_options), Tensor)
    their_results = tensors_in(theirs(*arguments, **options), torch.Tensor)
    their_leaves = [t for t in tensors_in([arguments, options], torch.Tensor) if t.is_floating_point()]
    our_leaves = tensors_in([our_arguments, our_options], Tensor)
    leaves = [(t, o, None) for t, o in zip(their_leaves, our_leaves, strict=True)]
    leaves = [leaf for leaf in (*leaves, *parameters) if leaf[0].requires_grad]
    if len(our_results) != len(their_results):
        return 0, [f"{len(our_results)} results, expected {len(their_results)}"]
    results = list(zip(their_results, our_results, strict=True))
    complaints = [difference(f"result {i}", ours.data, theirs) for i, (theirs, ours) in enumerate(results)]
    results = [pair for pair in results if pair[0].requires_grad]
    if any(complaints) or not results or not leaves:
        return len(our_results), [c for c in complaints if c]
    complaints = _gradient_differences(results, leaves)
    return len(our_results) + len(leaves), [c for c in complaints if c]


def _gradient_differences(results, leaves):
    """Go back from all results at once, under random cotangents, and compare what arrives at each leaf."""
    rng = np.random.default_rng(0)
    cotangents = [np.asarray(rng.standard_normal(ours.shape)) for _, ours in results]
    their_gradients = torch.autograd.grad(
        [theirs for theirs, _ in results],
        [theirs for theirs, _, _ in leaves],
        [torch.from_numpy(c) for c in cotangents],
        allow_unused=True,
    )
    total = sum(((ours * c).sum() for (_, ours), c in zip(results, cotangents, strict=True)), Tensor(np.float64(0)))
    if total.requires_grad:
        total.backward()
    for i, ((theirs, ours, axes), expected) in enumerate(zip(leaves, their_gradients, strict=True)):
        found = np.zeros(ours.shape) if ours.grad is None else ours.grad
        found = found if axes is None else found.transpose(axes)
        yield difference(f"gradient {i}", found, torch.zeros_like(theirs) if expected is None else expected)


def difference(what, found, expected):
    """What differs, or None: shapes, infinities and NaN in the same places, the rest relative to the largest."""
    expected = expected.detach().numpy()
    if found.shape != expected.shape:
        return f"{what}: shape {found.shape}, expected {expected.shape}"
    finite = np.isfinite(expected)
    same = (found == expected) | (np.isnan(found) & np.isnan(expected))
    largest = np.abs(expected[finite]).max(initial=1)
    near = finite & (np.abs(np.where(finite, found, 0) - np.where(finite, expected, 0)) <= TOLERANCE * largest)
    wrong = ~(same | near)
    if not wrong.any():
        return None
    place = tuple(int(i) for i in np.argwhere(wrong)[0])
    return f"{what}{list(place)}: {found[place]!r}, expected {expected[place]!r} ({wrong.sum()} of {wrong.size} differ)"
