"""``with autograd.debug():`` makes a change in place fail where it happens, instead of as a wrong gradient.

A vjp uses arrays of the forward pass: the vjps of ``a * b`` use a and b themselves. If one of them changes before
backward, the gradient is silently wrong::

    loss = (w * x).sum()
    w.data -= 0.1          # too early: the gradient of x is the old w
    loss.backward()

Inside the block the arrays that an op has saved are read-only until backward visits the op, or until the graph is
dropped. They are found in the closures of the vjps. The lock covers the array and the array that owns its memory, so a
write through a view of another tensor fails too. `tensor.data` then returns a `SavedArray`, whose error names the ops.
A write through an array that the user holds raises NumPy's own error ("assignment destination is read-only"); the block
adds the names of the ops as a note. One gap is left: a view that was taken before the lock, and belongs to no tensor,
can still write.

Outside the block this costs nothing. Inside it an op costs about ten microseconds more.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import numpy as np

from .. import mode
from ..mode import observing
from .closure_walk import reach


@contextmanager
def debug() -> Iterator[None]:
    """Inside this block an array that backward needs cannot be changed in place.

    Raises:
        ValueError: at the write, naming the op that has saved the array.
    """
    if any(isinstance(observer, _Watch) for observer in mode.observers()):
        yield  # nested: the outer block already observes
        return
    watch = _Watch()
    try:
        with observing(watch):
            yield
    except ValueError as error:
        if str(error).endswith("read-only") and watch.blocks:  # NumPy's words
            ops = ", ".join(sorted({op for block in watch.blocks.values() for op in block.ops}))
            error.add_note(f"autograd.tools.debug: arrays saved by these ops are read-only until backward: {ops}")
        raise
    finally:
        watch.unlock_all()


class _Watch:
    """The observer: it locks what ops save, and marks locked arrays when the user asks for them."""

    def __init__(self):
        self.blocks: dict[int, _Block] = {}  # by the id of the owner, which the block keeps alive

    def running(self, rule):
        return rule

    def computed(self, op, value, node):
        if node is not None:
            hold = _Hold(op, [self._lock(array, op) for _, vjp in node.edges for array in _saved_by(vjp)])
            node.edges = tuple((parent, _releasing(hold, vjp)) for parent, vjp in node.edges)

    def shown(self, array):
        block = self.blocks.get(id(_owners(array)[-1]))
        if block is None:
            return array
        saved = array.view(SavedArray)
        saved.block = block
        return saved

    def _lock(self, array, op):
        owners = _owners(array)
        block = self.blocks.setdefault(id(owners[-1]), _Block(self, owners[-1]))
        block.lock(owners, op)
        return block

    def unlock_all(self):
        for block in list(self.blocks.values()):
            block.unlock()


class _Block:
    """Memory that is read-only as long as an op needs it: its owner, and the views of it that were locked."""

    def __init__(self, watch, owner):
        self.watch = watch
        self.owner = owner
        self.ops: list[str] = []
        self.locked: list[np.ndarray] = []

    def lock(self, arrays, op):
        self.ops.append(op)
        for array in arrays:
            if array.flags.writeable:  # an array that was read-only before stays read-only afterwards
                array.flags.writeable = False
                self.locked.append(array)

    def release(self, op):
        if op in self.ops:
            self.ops.remove(op)
            if not self.ops:
                self.unlock()

    def unlock(self):
        self.ops.clear()
        for array in sorted(self.locked, key=lambda array: array is not self.owner):  # the owner before its views
            with suppress(ValueError):  # NumPy cannot unlock an as_strided view; only vjps hold one
                array.flags.writeable = True
        self.locked.clear()
        del self.watch.blocks[id(self.owner)]


class _Hold:
    """The lock of one op on the blocks it saved: until `release`, or until the graph is dropped."""

    def __init__(self, op, blocks):
        self.op = op
        self.blocks = blocks

    def release(self):
        while self.blocks:
            self.blocks.pop().release(self.op)

    __del__ = release


def _releasing(hold, vjp):
    """The vjp, which first releases the lock: from here on the op may overwrite its saved arrays."""

    def release_and_run(g):
        hold.release()
        return vjp(g)

    return release_and_run


class SavedArray(np.ndarray):
    """What `tensor.data` returns while an op needs the array: it reads like any array, and refuses writes."""

    block: _Block | None = None

    def __array_finalize__(self, source):
        self.block = getattr(source, "block", None)

    def __setitem__(self, key, value):
        self._writable()[key] = value

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **options):
        targets = tuple(a._writable() if isinstance(a, SavedArray) else a for a in out)
        if method == "at":
            inputs = (self._writable(), *inputs[1:])
        inputs = tuple(np.asarray(a) if isinstance(a, SavedArray) else a for a in inputs)
        if targets:
            options["out"] = targets
        return getattr(ufunc, method)(*inputs, **options)

    def _writable(self) -> np.ndarray:
        """The plain array, to write to."""
        plain, block = self.view(np.ndarray), self.block
        if block is None or _owners(self)[-1] is not block.owner:
            return plain  # a copy of a saved array
        if block.ops:
            raise ValueError(
                f"this array was saved by {', '.join(dict.fromkeys(block.ops))} for its backward pass and is read-only "
                "until then, else the gradient would be wrong: change it after backward(), or build a new tensor"
            )
        if block.owner.flags.writeable:  # this view was taken during the lock, which has ended
            plain.flags.writeable = True
        return plain


def _owners(array) -> list[np.ndarray]:
    """The array, the array it is a view of, and so on to the array that owns the memory."""
    owners = [array]
    base = array.base
    while base is not None:
        if isinstance(base, np.ndarray):
            owners.append(base)
        base = getattr(base, "base", None)
    return owners


def _saved_by(vjp) -> list[np.ndarray]:
    """All arrays that a vjp can reach: in its closure, and in containers and functions there."""
    return [thing for thing in reach(vjp) if isinstance(thing, np.ndarray)]
