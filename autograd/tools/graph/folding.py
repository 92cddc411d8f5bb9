"""Folding long graphs: ops that repeat, or all ops of one part of a model, become one box.

Vertices come in an order in which each follows its parents. Neighbours in such an order can always be put into one
box: no arrow can leave the box and return to it through another vertex.
"""

from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from itertools import groupby

import numpy as np

from ...nn.module import Module
from .vertices import Vertex

MIN_TIMES = 4  # fold only if the ops repeat at least this often
LONG = 20  # fold only graphs with at least this many ops
MAX_PERIOD = 100  # the maximum number of ops in one repetition


def fold_repetitions(vertices: Sequence[Vertex]) -> list[Vertex]:
    """Put the same ops on the same shapes, repeated `MIN_TIMES` or more, into one box. Short graphs stay unchanged."""
    ops = [v for v in vertices if not v.is_leaf]
    if len(ops) < LONG:
        return list(vertices)
    used_by = _users(ops)
    boxes: list[tuple[int, Vertex]] = []
    _fold(ops, used_by, boxes)
    return _with_boxes(vertices, boxes)


def fold_modules(vertices: Sequence[Vertex], module: Module) -> list[Vertex]:
    """Put the ops of each innermost part of `module` into one box.

    Raises:
        ValueError: the graph was not recorded, so the module of an op is unknown.
    """
    names = {id(part): f"{name or 'model'}: {type(part).__name__}" for name, part in module.named_modules()}
    ops = [v for v in vertices if not v.is_leaf]
    if any(v.modules is None for v in ops):
        raise ValueError(
            'graph: fold="modules" needs to know which module ran an op: compute the tensor inside '
            "`with autograd.graph.recording():`"
        )

    def part(vertex):
        return next((names[id(m)] for m in reversed(vertex.modules) if id(m) in names), "")

    boxes = []
    for name, run in groupby(ops, part):
        inside = list(run)
        if name:
            boxes.append((len(inside), _box(name, inside, _what(inside))))
        else:
            boxes += [(1, v) for v in inside]
    return _with_boxes(vertices, boxes)


def _fold(ops, used_by, boxes):
    """Append (how many ops, their box) for all of `ops`: the longest repetition first, then what is beside it."""
    start, period, times = _repetition([(v.op, *v.results, v.function) for v in ops])
    if times < MIN_TIMES:
        boxes += [(1, v) for v in ops]
        return
    start = _cut(ops, used_by, start, period, times)
    end = start + period * times
    _fold(ops[:start], used_by, boxes)
    once = ops[start : start + period]
    boxes.append((end - start, _box(f"{times} x {_function(once)}", ops[start:end], _what(once))))
    _fold(ops[end:], used_by, boxes)


def _repetition(signatures: Sequence[Hashable]) -> tuple[int, int, int]:
    """(start, period, times) of the repetition that covers most; of two alike the one with the shorter period.

    A stretch repeats itself with period p where each signature equals the one p places on.
    """
    numbers: dict[Hashable, int] = {}
    codes = np.array([numbers.setdefault(s, len(numbers)) for s in signatures])
    best = (0, 0, 0, 0)
    for period in range(1, min(MAX_PERIOD, len(codes) // MIN_TIMES) + 1):
        for start, length in _runs(codes[:-period] == codes[period:]):
            times = length // period + 1
            if times >= MIN_TIMES and times * period > best[0]:
                best = (times * period, start, period, times)
    return best[1:]


def _runs(holds: np.ndarray) -> Iterator[tuple[int, int]]:
    """(start, length) of every stretch of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], holds, [False]]).astype(np.int8)))
    for start, end in edges.reshape(-1, 2).tolist():
        yield start, end - start


def _cut(ops, used_by, start, period, times):
    """Where a repetition begins is a matter of taste if it can be shifted: hand on as few values as possible."""
    signatures = [(v.op, *v.results, v.function) for v in ops]

    def handed_on(first):
        block = ops[first + period : first + 2 * period]
        inside = set(block)
        return sum(any(user not in inside for user in used_by[v]) for v in block)

    shifts = [start]
    while shifts[-1] - start < period - 1:
        following = shifts[-1] + period * times
        if following >= len(ops) or signatures[following] != signatures[following - period]:
            break
        shifts.append(shifts[-1] + 1)
    return min(shifts, key=handed_on)


def _users(ops):
    users: dict[Vertex, list[Vertex]] = {v: [] for v in ops}
    for v in ops:
        for parent in v.parents:
            if not parent.is_leaf:
                users[parent].append(v)
    return users


def _function(ops):
    """The function that most of these ops ran in, as far as it is known."""
    names = Counter(v.function for v in ops if v.function not in ("", "<module>"))
    return names.most_common(1)[0][0] if names else "the same"


def _what(ops, most=6):
    """The different ops inside a box, in order."""
    names = list(dict.fromkeys(v.op for v in ops))
    return ", ".join(names[:most]) + (", ..." if len(names) > most else "")


def _box(title, ops, what):
    inside = set(ops)
    parents = list(dict.fromkeys(p for v in ops for p in v.parents if p not in inside))
    return Vertex(title, parents, list(ops[-1].results), details=[what, f"{len(ops)} op" + "s" * (len(ops) > 1)])


def _with_boxes(vertices, boxes):
    """The vertices with their ops replaced by boxes, which stand in the ops' order; leaves before their first use."""
    ops = [v for v in vertices if not v.is_leaf]
    box_of, position = {v: v for v in vertices}, 0
    for size, box in boxes:
        box_of.update(dict.fromkeys(ops[position : position + size], box))
        position += size
    result: dict[Vertex, None] = {}
    for _, box in boxes:
        parents = [box_of[p] for p in box.parents]
        several = {p for p in parents if p.details}  # one arrow from a fold, however many of its values are used
        box.parents = [p for i, p in enumerate(parents) if p not in several or p not in parents[:i]]
        result.update(dict.fromkeys(p for p in box.parents if p.is_leaf))
        result[box] = None
    return list(result) or list(vertices)
