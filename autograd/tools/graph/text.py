"""A graph written down: Mermaid for GitHub and notebooks, DOT for Graphviz and its relatives."""

import json
from typing import Literal

from ...nn.module import Module
from ...tensor import Tensor
from .folding import fold_modules, fold_repetitions
from .vertices import Vertex, read

# Mermaid's own way to write what its syntax or HTML would take for something else.
_MERMAID = str.maketrans({'"': "#quot;", "<": "#lt;", ">": "#gt;", "&": "#amp;", "#": "#35;"})

Fold = Literal["modules"] | bool


def chosen_vertices(tensor: Tensor, module: Module | None, fold: Fold) -> list[Vertex]:
    """What all pictures of a graph show: its vertices, folded or not.

    Raises:
        ValueError: `fold` is "modules" and no module is given, or `fold` is something else yet.
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
        tensor: anything that was computed from a tensor that requires a gradient.
        module: whose parameters are to be called by their dotted names.
        values: show the value, or its norm, of leaves and ops where it is known: inside `recording` everywhere,
            else of the tensor itself and the parameters of `module`.
        gradients: the same for gradients, after backward: inside `recording` everywhere, else of the leaves.
        fold: True makes one box of ops that repeat themselves in a long graph ("20 x rnn_cell"), "modules" one of
            what each innermost part of `module` did, which must have been recorded; False shows every op.

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
