"""A graph as text: Mermaid for GitHub and notebooks, DOT for Graphviz."""

import json
from typing import Literal

from ...nn.module import Module
from ...tensor import Tensor
from .folding import fold_modules, fold_repetitions
from .vertices import Vertex, read

# How Mermaid escapes the characters that have a meaning in its syntax or in HTML.
_MERMAID = str.maketrans({'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;"})

Fold = Literal["modules"] | bool


def chosen_vertices(tensor: Tensor, module: Module | None, fold: Fold) -> list[Vertex]:
    """The vertices that every picture of a graph shows, folded or not.

    Raises:
        ValueError: `fold` is "modules" and no module is given, or `fold` has an unknown value.
    """
    vertices = read(tensor, module)
    if fold == "modules":
        if module is None:
            raise ValueError('graph: fold="modules" needs the module: pass module=model')
        return fold_modules(vertices, module)
    if not isinstance(fold, bool):
        raise ValueError(f'graph: fold is {fold!r}, expected True, False or "modules"')
    return fold_repetitions(vertices) if fold else vertices


def to_mermaid(
    tensor: Tensor,
    *,
    module: Module | None = None,
    values: bool = False,
    gradients: bool = False,
    fold: Fold = True,
) -> str:
    """The graph of a tensor as a Mermaid flowchart, from the leaves down to the tensor.

    Args:
        tensor: a tensor that was computed from one that requires a gradient.
        module: show its parameters under their dotted names.
        values: show values, or their norms, where they are known: inside `recording` for every leaf and op, otherwise
            for the tensor itself and the parameters of `module`.
        gradients: show gradients after backward: inside `recording` for every leaf and op, otherwise for the leaves.
        fold: True draws ops that repeat in a long graph as one box ("20 x rnn_cell"); "modules" draws one box for each
            innermost part of `module`, which must have been recorded; False draws every op.

    Raises:
        ValueError: there is no graph, or it cannot be folded by modules.
        RuntimeError: backward has used the graph up, and it was not recorded.
    """
    vertices = chosen_vertices(tensor, module, fold)
    numbers = {v: f"n{i}" for i, v in enumerate(vertices)}
    lines = ["flowchart TD"]
    for v in vertices:
        text = "<br/>".join(line.translate(_MERMAID) for line in v.lines(values, gradients))
        opening, closing = ("([", "])") if v.is_leaf else ("[[", "]]") if v.details else ("[", "]")
        lines.append(f'{numbers[v]}{opening}"{text}"{closing}')
    lines += [f"{numbers[parent]} --> {numbers[v]}" for v in vertices for parent in v.parents]
    return "\n    ".join(lines)


def to_dot(
    tensor: Tensor,
    *,
    module: Module | None = None,
    values: bool = False,
    gradients: bool = False,
    fold: Fold = True,
) -> str:
    """The graph of a tensor in the DOT language of Graphviz; arguments and errors as for `to_mermaid`."""
    vertices = chosen_vertices(tensor, module, fold)
    numbers = {v: f"n{i}" for i, v in enumerate(vertices)}
    lines = ["digraph {", 'node [shape=box, fontname="sans-serif"]']
    for v in vertices:
        text = json.dumps("\n".join(v.lines(values, gradients)), ensure_ascii=False)
        style = ", style=rounded" if v.is_leaf else ", peripheries=2" if v.details else ""
        lines.append(f"{numbers[v]} [label={text}{style}]")
    lines += [f"{numbers[parent]} -> {numbers[v]}" for v in vertices for parent in v.parents]
    return "\n    ".join(lines) + "\n}"
