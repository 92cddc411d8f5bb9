"""What all optimisers share: the walk through the parameters, and the running averages.

To an optimiser, a model is one long vector. Its rule works on a stretch of that vector,

    change = rule(gradient, running averages, number of the update, learning rate)        parameter -= change

and `Optimizer.step` applies it stretch by stretch, in as many threads as the kernels use. Small parameters share a
stretch: ten small arrays cost one pass of NumPy calls, not ten. Large ones are cut, so that the result of one call is
still in the cache for the next. Parameters and gradients stay where they are; only the running
averages live in long flat buffers.
"""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import is_
from typing import Any, NamedTuple, Self

import numpy as np

from ..errors import check_state
from ..kernels.threads import in_parallel
from ..other_names import ARGUMENTS
from ..tensor import Tensor
from .schedules import Schedule

# Elements of a stretch. In float32 its arrays of 1 MiB stay in the level-3 cache between the calls of one update, and a
# call is so long that threads seldom wait for the global interpreter lock.
MAX_STRETCH = 262_144


class Stretch(NamedTuple):
    """A stretch of the vector of all parameters: neighbouring pieces that have been updated equally often."""

    start: int
    pieces: list[tuple[int, slice]]  # the index of a parameter, and which part of it
    values: list[np.ndarray]  # the pieces, as flat views


class Optimizer:
    """What all optimisers share; a subclass writes `_change`.

    Args:
        parameters: contiguous leaf tensors of one dtype, e.g. ``model.parameters()``. One whose gradient is None at a
            step (frozen by ``requires_grad = False``, or not used by the loss) is left alone, its averages too.
        learning_rate: a number, or a function of the number of steps taken (`cosine_decay` and others).
        weight_decay: adds ``weight_decay * parameter`` to the gradient, as the penalty
            ``weight_decay / 2 * |parameter|^2`` would (AdamW does otherwise).

    Raises:
        TypeError: something else than tensors, or tensors of two dtypes.
        ValueError: no parameters, one of them twice or not contiguous, or a setting below 0 or no finite number.
    """

    def __init__(
        self,
        parameters: Iterable[Tensor],
        learning_rate: float | Schedule,
        weight_decay: float = 0.0,
        averages: Sequence[str] = (),
    ):
        name = type(self).__name__
        self.parameters = _checked(tensors_in(parameters, name), name)
        require_not_negative(name, weight_decay=weight_decay)
        if not callable(learning_rate):
            require_not_negative(name, learning_rate=learning_rate)
        self.learning_rate = learning_rate
        self.weight_decay = float(weight_decay)  # a NumPy number would change the dtype of the gradient
        self.steps = 0
        sizes = [parameter.size for parameter in self.parameters]
        # Half-precision parameters are updated in float32: in float16 an epsilon of 1e-8 is 0, and small averages too.
        self._dtype = np.result_type(self.parameters[0].dtype, np.float32)
        self._starts = np.cumsum([0, *sizes]).tolist()
        self._updates = [0] * len(sizes)
        self._averages = {name: np.zeros(sum(sizes), self._dtype) for name in averages}
        self._plan_for([None] * len(sizes))

    def __new__(cls, *_: Any, **options: Any) -> Self:
        for name in options.keys() & ARGUMENTS.keys():
            raise TypeError(f"{cls.__name__}: there is no argument {name}: write {ARGUMENTS[name]}")
        return super().__new__(cls)

    def __getstate__(self) -> dict[str, Any]:
        """What a copy or a pickle holds: not the plan, whose views are views of this object's arrays."""
        return {name: value for name, value in vars(self).items() if name not in ("_plan", "_planned_for")}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._plan_for([None] * len(self.parameters))

    @property
    def current_rate(self) -> float:
        """The learning rate of the coming step."""
        return float(self.learning_rate(self.steps) if callable(self.learning_rate) else self.learning_rate)

    def zero_grad(self) -> None:
        """Set the gradients of all parameters to None."""
        for parameter in self.parameters:
            if parameter.requires_grad:
                parameter.grad = None

    def step(self) -> None:
        """Change, in place, every parameter that has a gradient. The gradients stay as they are.

        Raises:
            TypeError: a gradient of another dtype than its parameter; then nothing has been changed.
        """
        rate = self.current_rate
        gradients = [parameter.grad for parameter in self.parameters]
        arrays = [None if g is None else p.data for p, g in zip(self.parameters, gradients, strict=True)]
        flat = {k: _flat(g, k, like=arrays[k]) for k, g in enumerate(gradients) if g is not None}
        if not all(map(is_, arrays, self._planned_for)):
            self._plan_for(arrays)
        in_parallel(lambda stretch: self._advance(stretch, flat, rate), self._plan)
        self._updates = [n + (g is not None) for n, g in zip(self._updates, gradients, strict=True)]
        self.steps += 1

    def _advance(self, stretch: Stretch, gradients: Mapping[int, np.ndarray], rate: float) -> None:
        """Change one stretch; `gradients` are flat, by the index of their parameter."""
        pieces = [gradients[k][part] for k, part in stretch.pieces]
        gradient = (pieces[0] if len(pieces) == 1 else np.concatenate(pieces)).astype(self._dtype, copy=False)
        part = slice(stretch.start, stretch.start + gradient.size)
        averages = [average[part] for average in self._averages.values()]
        update = self._updates[stretch.pieces[0][0]] + 1
        change = self._change(self._decayed(gradient, stretch.values, rate), averages, update, rate)
        end = 0
        for values in stretch.values:
            start, end = end, end + values.size
            np.subtract(values, change[start:end], out=values)

    def _change(self, gradient: np.ndarray, averages: list[np.ndarray], update: int, rate: float) -> np.ndarray:
        """What to subtract from a stretch of parameters in update number `update` (from 1).

        Brings `averages` up to date, and leaves `gradient` as it is.
        """
        raise NotImplementedError

    def _decayed(self, gradient: np.ndarray, values: list[np.ndarray], rate: float) -> np.ndarray:
        """The gradient plus that of the penalty."""
        return gradient + self.weight_decay * np.concatenate(values) if self.weight_decay else gradient

    def _plan_for(self, arrays: list[np.ndarray | None]) -> None:
        self._plan = list(self._stretches(arrays))  # first: if this raises, the next step must plan again
        self._planned_for = arrays

    def _stretches(self, arrays: list[np.ndarray | None]) -> Iterator[Stretch]:
        """Cut the parameters into stretches; `arrays` holds None for those that have no gradient.

        The cuts stay valid while the same parameters have gradients: these are updated equally often.
        """
        current, end = None, -1
        for k, array in enumerate(arrays):
            if array is None:
                continue
            if not array.flags.c_contiguous:
                raise ValueError(_not_contiguous(k, array))
            values = array.reshape(-1)
            for cut in range(0, values.size, MAX_STRETCH):
                part = slice(cut, min(cut + MAX_STRETCH, values.size))
                start, stop = self._starts[k] + part.start, self._starts[k] + part.stop
                joins = (
                    current
                    and start == end
                    and stop - current.start <= MAX_STRETCH
                    and self._updates[k] == self._updates[current.pieces[0][0]]
                )
                if not joins:
                    if current:
                        yield current
                    current = Stretch(start, [], [])
                current.pieces.append((k, part))
                current.values.append(values[part])
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
        self._plan_for([None] * len(self.parameters))

    def _state(self):
        """The state by name; the averages are views."""
        state = {"steps": np.array(self.steps), "updates": np.array(self._updates)}
        for name, average in self._averages.items():
            for k, parameter in enumerate(self.parameters):
                part = average[self._starts[k] : self._starts[k + 1]]
                state[f"{name}.{k}"] = part.reshape(parameter.shape)
        return state


def tensors_in(parameters: Iterable[Tensor], function: str) -> list[Tensor]:
    """The tensors in a list (or another iterable), or an error that says what to write instead.

    Raises:
        TypeError: a single tensor, a module, a method that was not called, or an element that is not a tensor.
    """
    if isinstance(parameters, Tensor):
        raise TypeError(f"{function}: expected a list of tensors, not one Tensor: write [tensor]")
    if callable(parameters):  # a module, or its method without the brackets
        raise TypeError(
            f"{function}: expected a list of tensors, not {type(parameters).__name__}: write model.parameters()"
        )
    tensors = list(parameters)
    for k, tensor in enumerate(tensors):
        if not isinstance(tensor, Tensor):
            hint = ": write model.parameters()" if isinstance(tensor, tuple | str) else ""
            raise TypeError(f"{function}: element {k} is {type(tensor).__name__}, expected a Tensor{hint}")
    return tensors


def _checked(parameters, name):
    """The list of parameters, or an error that says what is wrong with it."""
    if not parameters:
        raise ValueError(f"{name}: there are no parameters to optimise")
    for k, parameter in enumerate(parameters):
        if not parameter.is_leaf:
            raise TypeError(f"{name}: parameter {k} is {parameter!r}, expected a leaf Tensor")
        if not parameter.data.flags.c_contiguous:
            raise ValueError(_not_contiguous(k, parameter))
    if len(set(parameters)) < len(parameters):
        raise ValueError(f"{name}: a parameter is in the list twice")
    if len(dtypes := {str(parameter.dtype) for parameter in parameters}) > 1:
        raise TypeError(f"{name}: parameters of dtype {' and '.join(sorted(dtypes))}: make one optimiser for each")
    return parameters


def _not_contiguous(k, array):
    return f"parameter {k}, shape {array.shape}: not contiguous, use np.ascontiguousarray"


def _flat(gradient, k, like):
    """A parameter's gradient as a flat array."""
    if gradient.dtype != like.dtype:
        raise TypeError(
            f"parameter {k}, shape {like.shape}: gradient of dtype {gradient.dtype} for values of dtype {like.dtype}: "
            "somewhere in the loss a dtype changed"
        )
    return gradient.reshape(-1)


def require_not_negative(name: str, **settings: float) -> None:
    """Refuse a setting that is no finite number of at least 0."""
    for setting, value in settings.items():
        if not 0 <= value < math.inf:
            raise ValueError(f"{name}: {setting} is {value}, expected a finite number of at least 0")


def require_share(name: str, **settings: float) -> None:
    """Refuse a setting that is no number from 0 up to, but not including, 1."""
    for setting, value in settings.items():
        if not 0 <= value < 1:
            raise ValueError(f"{name}: {setting} is {value}, expected 0 <= {setting} < 1")
