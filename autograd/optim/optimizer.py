"""What every optimiser shares: walking through the parameters, and remembering.

Seen from here, a model is one long vector. An optimiser is a rule for a stretch of that vector,

    change = rule(gradient, running averages, number of the update, learning rate)        parameter -= change

and `Optimizer.step` applies it stretch by stretch. Small parameters share a stretch, so that a model of ten small
arrays costs one pass of NumPy calls and not ten; large ones are cut, so that what one call writes, the next finds in
the cache. Parameters and gradients stay where they are; only the running averages live in long flat buffers.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..state import check_state
from ..tensor import Tensor
from .schedules import Schedule

STRETCH = 32_768  # numbers in a stretch: in float32 128 KiB each of gradient and averages, together in a level-2 cache


class Stretch(NamedTuple):
    """A run of the vector of all parameters: pieces of neighbours that have been updated equally often."""

    start: int
    update: int  # the number of this update, from 1
    values: list[np.ndarray]  # flat views of the parameters
    gradients: list[np.ndarray]  # flat views of their gradients


class Optimizer:
    """What all optimisers share; a subclass writes `_change`.

    Args:
        parameters: leaf tensors of one dtype, e.g. ``model.parameters()``. One whose gradient is None at a step
            (frozen, or not used by the loss) is left alone, its averages too.
        learning_rate: a number, or a function of the number of steps taken (`cosine_decay` and others).
        weight_decay: adds ``weight_decay * parameter`` to the gradient, as the penalty
            ``weight_decay / 2 * |parameter|^2`` would (AdamW does otherwise).

    Raises:
        TypeError: something else than tensors, or tensors of two dtypes.
        ValueError: no parameters, one of them twice, or a setting out of its range.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float | Schedule,
        weight_decay: float = 0.0,
        averages: Sequence[str] = (),
    ):
        self.parameters = _checked(list(parameters), type(self).__name__)
        self.learning_rate = learning_rate
        self.weight_decay = weight_decay
        self.steps = 0
        sizes = [parameter.size for parameter in self.parameters]
        dtype = self.parameters[0].dtype
        self._starts = np.cumsum([0, *sizes]).tolist()
        self._updates = [0] * len(sizes)
        self._averages = {name: np.zeros(sum(sizes), dtype) for name in averages}
        self._scratch = np.empty(min(sum(sizes), STRETCH), dtype)

    @property
    def current_rate(self) -> float:
        """The learning rate of the coming step."""
        return self.learning_rate(self.steps) if callable(self.learning_rate) else self.learning_rate

    def zero_grad(self) -> None:
        """Forget the gradients of all parameters."""
        for parameter in self.parameters:
            if parameter.requires_grad:
                parameter.grad = None

    def step(self) -> None:
        """Change, in place, every parameter that has a gradient. The gradients stay as they are.

        Raises:
            TypeError: a gradient of another dtype than its parameter; then nothing has been changed.
        """
        rate = self.current_rate
        for stretch in list(self._stretches()):
            gradient = self._gather(stretch.gradients)
            self._decay(stretch, gradient, rate)
            part = slice(stretch.start, stretch.start + gradient.size)
            averages = [average[part] for average in self._averages.values()]
            change = self._change(gradient, averages, stretch.update, rate)
            end = 0
            for values in stretch.values:
                start, end = end, end + values.size
                np.subtract(values, change[start:end], out=values)
        self._updates = [
            n + (parameter.grad is not None) for n, parameter in zip(self._updates, self.parameters, strict=True)
        ]
        self.steps += 1

    def _change(self, gradient: np.ndarray, averages: list[np.ndarray], update: int, rate: float) -> np.ndarray:
        """What to subtract from a stretch of parameters; brings `averages` up to date and may overwrite `gradient`."""
        raise NotImplementedError

    def _decay(self, stretch: Stretch, gradient: np.ndarray, rate: float) -> None:
        if self.weight_decay:
            gradient += self.weight_decay * np.concatenate(stretch.values)

    def _gather(self, pieces):
        size = sum(piece.size for piece in pieces)
        return np.concatenate(pieces, out=self._scratch[:size])

    def _stretches(self) -> Iterator[Stretch]:
        current, end = None, -1
        for k, parameter in enumerate(self.parameters):
            if parameter.grad is None:
                continue
            values, gradient = _flat(parameter, k)
            for cut in range(0, values.size, STRETCH):
                start, stop = self._starts[k] + cut, self._starts[k] + min(cut + STRETCH, values.size)
                update = self._updates[k] + 1
                joins = current and start == end and update == current.update and stop - current.start <= STRETCH
                if not joins:
                    if current:
                        yield current
                    current = Stretch(start, update, [], [])
                current.values.append(values[cut : cut + STRETCH])
                current.gradients.append(gradient[cut : cut + STRETCH])
                end = stop
        if current:
            yield current

    def state_dict(self) -> dict[str, np.ndarray]:
        """Copies of what a later step depends on besides parameters and settings: what to save for an exact resume.

        "steps" taken, "updates" of each parameter, and its running averages, "first_moment.0", "first_moment.1" ...
        """
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Go on from a state that `state_dict` gave, for the same parameters and settings.

        Raises:
            ValueError: names every key that is missing, unexpected, or of another shape; then nothing has changed.
        """
        held = self._state()
        check_state(held, state, f"{type(self).__name__}.load_state_dict")
        for name, array in held.items():
            array[...] = state[name]
        self.steps, self._updates = int(held["steps"]), held["updates"].tolist()

    def _state(self):
        """The state by name; the averages are views."""
        state = {"steps": np.array(self.steps), "updates": np.array(self._updates)}
        for name, average in self._averages.items():
            for k, parameter in enumerate(self.parameters):
                part = average[self._starts[k] : self._starts[k + 1]]
                state[f"{name}.{k}"] = part.reshape(parameter.shape)
        return state


def _checked(parameters, name):
    """The list of parameters, or an error that says what is wrong with it."""
    if not parameters:
        raise ValueError(f"{name}: there are no parameters to optimise")
    for k, parameter in enumerate(parameters):
        if not isinstance(parameter, Tensor) or not parameter.is_leaf:
            raise TypeError(f"{name}: parameter {k} is {parameter!r}, expected a leaf Tensor")
    if len(set(parameters)) < len(parameters):
        raise ValueError(f"{name}: a parameter is in the list twice")
    if len(dtypes := {str(parameter.dtype) for parameter in parameters}) > 1:
        raise TypeError(f"{name}: parameters of dtype {' and '.join(sorted(dtypes))}: make one optimiser for each")
    return parameters


def _flat(parameter, k):
    """Flat views of a parameter's values and of its gradient."""
    values, gradient = parameter.data, parameter.grad
    if gradient.dtype != values.dtype:
        raise TypeError(
            f"parameter {k}, shape {values.shape}: gradient of dtype {gradient.dtype} for values of dtype "
            f"{values.dtype}: somewhere in the loss a dtype changed"
        )
    if not values.flags.c_contiguous:
        raise ValueError(f"parameter {k}, shape {values.shape}: not contiguous, make it so: np.ascontiguousarray")
    return values.reshape(-1), gradient.reshape(-1)


def require_share(name: str, **settings: float) -> None:
    """Refuse a setting that is no number from 0 up to, but not including, 1."""
    for setting, value in settings.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name}: {setting} is {value}, expected 0 <= {setting} < 1")
