"""A graph that can be played: one HTML file, in which a reader steps forward through the ops and back through backward.

Nothing is computed here that the engine has not computed: ``recording(arrays=True)`` has copied every value and every
share of a gradient, in the order in which they came, and this file writes them down as JSON beside the program that
shows them (``player.html``). The file needs no network and no other file.

    boxes   the ops and leaves, each with its place, its value and, for a leaf, its gradient at the end
    arrows  the curves between them
    walks   what happens, step by step: "value" (an op has run), "seed" (dL/dL), "share" (an edge has fired)
"""

import json
import os
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np

from ...nn.module import Module
from ...node import Node, unbroadcast
from ...rules import RULES
from ...tensor import Tensor
from .layout import lay_out
from .recording import Notes, op_of
from .vertices import nodes_in_order

MAX_BOXES = 150
MAX_NUMBERS = 1024  # of an array; larger ones are shown by their norm
CHARACTER, LINE, PADDING = 7.3, 17.0, 10.0  # pixels, of a monospaced font of 12 pixels
TEMPLATE = Path(__file__).with_name("player.html")

Step = dict[str, Any]


@dataclass(frozen=True)
class Walk:
    """One way through the graph: its name, a sentence about it, and its steps."""

    name: str
    note: str
    steps: list[Step]


def to_html(
    tensor: Tensor,
    path: str | os.PathLike[str],
    *,
    module: Module | None = None,
    title: str = "Forward and back, step by step",
) -> Path:
    """Write a player of a graph on which backward has run: a self-contained HTML file.

    ::

        with graph.recording(arrays=True):
            loss = model(x)
        loss.backward()
        graph.to_html(loss, "loss.html")

    Each edge that fires shows g x slope = share, if the op has one slope for each element, and each box the sum of the
    shares so far; a click on a box shows its value and its gradient as colours. The sums start at 0: what a leaf has
    collected from earlier walks is not in them.

    Args:
        tensor: what `backward` was called on.
        path: of the file.
        module: whose parameters are to be called by their dotted names.
        title: of the page.

    Raises:
        ValueError: there is no graph, or it has more than `MAX_BOXES` boxes.
        RuntimeError: the graph was not recorded with its arrays, or backward has not run.
    """
    return write_player(read_player(tensor, module), path, title)


def write_player(data: dict[str, Any], path: str | os.PathLike[str], title: str) -> Path:
    """Write the page for what `read_player` gives; the file is complete or not there."""
    path = Path(path)
    page = player_page(data, title)
    unfinished = path.with_name(path.name + ".part")
    unfinished.write_text(page, encoding="utf-8")
    os.replace(unfinished, path)
    return path


def player_page(data: dict[str, Any], title: str) -> str:
    """The page for what `read_player` gives, as text."""
    text = json.dumps(data, allow_nan=False, ensure_ascii=False).replace("<", "\\u003c")
    return TEMPLATE.read_text(encoding="utf-8").replace("{{title}}", escape(title)).replace("{{data}}", text)


def read_player(tensor: Tensor, module: Module | None = None) -> dict[str, Any]:
    """What happened in a recorded graph, as JSON can hold it; errors as for `to_html`."""
    nodes = nodes_in_order(tensor)
    _refuse(tensor, nodes)
    numbers = {node: i for i, node in enumerate(nodes)}
    parents = {numbers[n]: [numbers[p] for p in _notes(n).parents] for n in nodes}
    names = {p.node: name for name, p in module.named_parameters()} if module is not None else {}
    titles = [_title(node, names.get(node, "leaf")) for node in nodes]
    sizes = {i: (max(len(title), 21) * CHARACTER + 2 * PADDING, 3 * LINE + PADDING) for i, title in enumerate(titles)}
    layout = lay_out(parents, sizes, layer_gap=46.0)
    boxes = [
        {
            "title": titles[i],
            "op": node.op,
            "inputs": parents[i],
            "centre": list(layout.centres[i]),
            "size": list(sizes[i]),
            "values": [array_as_json(a) for a in _notes(node).arrays],
        }
        for i, node in enumerate(nodes)
    ]
    ends = [(p, child) for child, above in parents.items() for p in dict.fromkeys(above)]
    arrows = [{"from": a, "to": b, "stops": stops} for (a, b), stops in zip(ends, layout.arrows, strict=True)]
    steps = [{"kind": "value", "box": i} for i, node in enumerate(nodes) if node.op != "leaf"]
    walk = Walk("backward", "Deepest box first: each one once, when its gradient is complete.", steps + _back(numbers))
    return {"boxes": boxes, "arrows": arrows, "walks": [vars(walk)]}


def _refuse(tensor, nodes):
    if len(nodes) > MAX_BOXES:
        raise ValueError(
            f"graph: a player of {len(nodes)} boxes cannot be read, at most {MAX_BOXES} are allowed: play a smaller "
            "net or fewer steps, or draw the folded graph with to_svg"
        )
    if any(not _notes(node).arrays for node in nodes):
        raise RuntimeError(
            "graph: the player shows values that were not kept: compute the tensor inside "
            "`with autograd.graph.recording(arrays=True):`"
        )
    if not _notes(op_of(tensor.node)).shares:
        raise RuntimeError("graph: backward has not run on this tensor: call .backward() before to_html")


def _notes(node):
    return node.notes or Notes()


def _title(node, leaf):
    return (node.name or leaf) if node.op == "leaf" else f"{node.name} = {node.op}" if node.name else node.op


def _back(numbers: dict[Node, int]) -> list[Step]:
    """The steps of backward as they happened, each with the sum that the parent has collected by then."""
    fired = sorted(((s, node) for node in numbers for s in _notes(node).shares), key=lambda pair: pair[0].number)
    first, root = fired[0]
    steps: list[Step] = [{"kind": "seed", "box": numbers[root], "slot": 0, "sum": array_as_json(_joined(first.g))}]
    sums: dict[Node, np.ndarray] = {}
    slots: dict[Node, list[Node]] = {}  # the results of each op that a gradient came to
    for s, node in fired:
        share = s.share if s.share.shape == s.parent.shape else unbroadcast(s.share, s.parent.shape)
        sums[s.parent] = sums[s.parent] + share if s.parent in sums else share
        results = slots.setdefault(s.box, [])
        if s.parent not in results:
            results.append(s.parent)
        g = _joined(s.g)
        steps.append(
            {
                "kind": "share",
                "box": numbers[node],
                "parent": numbers[s.box],
                "slot": results.index(s.parent),
                "argument": s.argument,
                "g": array_as_json(g),
                "slope": _slope(node.op, g, s.share),
                "share": array_as_json(share),
                "sum": array_as_json(sums[s.parent]),
            }
        )
    return steps


def _joined(g):
    """One array: of an op with several results the gradients that came, one after the other."""
    return np.concatenate([np.ravel(part) for part in g if part is not None]) if isinstance(g, list) else g


def _slope(op, g, share) -> dict[str, Any] | None:
    """share / g where that is the derivative: one g, or an op that treats every element by itself. Else None."""
    by_element = op in RULES and RULES[op].__module__.endswith(".elementwise") and share.shape == g.shape
    if not (g.size == 1 or by_element) or not np.all(g):
        return None
    with np.errstate(all="ignore"):
        return array_as_json(share / (g if by_element else g.reshape(())))


def array_as_json(array: np.ndarray) -> dict[str, Any]:
    """Shape, norm, and the numbers in row order unless there are more than `MAX_NUMBERS`; "NaN" for what is none."""
    shown: dict[str, Any] = {"shape": list(array.shape), "norm": _number(np.linalg.norm(np.ravel(array)))}
    if array.size <= MAX_NUMBERS:
        shown["numbers"] = [_number(v) for v in np.ravel(array).tolist()]
    return shown


def _number(value):
    value = float(value)
    if np.isfinite(value):
        return value
    return "NaN" if np.isnan(value) else "Infinity" if value > 0 else "-Infinity"
