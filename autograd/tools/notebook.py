"""What a notebook shows of a tensor and of a module: HTML in place of `repr`.

`Tensor` and `Module` get their `_repr_html_` here, so that the core knows nothing of HTML. (A drawn graph shows itself:
``tools/graph/drawing.py``.)
"""

from html import escape

import numpy as np

from ..nn.module import Module
from ..tensor import Tensor

MAX_ROWS, MAX_COLUMNS = 12, 12  # of a table; a larger array is written as NumPy abbreviates it
_PRE = '<pre style="margin: 0">'


def tensor_html(tensor: Tensor) -> str:
    """The shape, the dtype and the op of a tensor, then its elements, and its gradient if it has one."""
    facts = [f"shape {tensor.shape}", str(tensor.dtype)]
    if tensor.node is not None:
        facts.append("requires_grad" if tensor.is_leaf else f"made by {tensor.node.op}")
    title = f"<b>{escape(tensor.name or 'Tensor')}</b> {escape(', '.join(facts))}"
    gradient = "" if tensor.grad is None else f"<div>gradient</div>{_elements(tensor.grad)}"
    return f"<div>{title}</div>{_elements(tensor.data)}{gradient}"


def module_html(module: Module) -> str:
    """The text of a module, then a table of its parameters: name, shape, dtype and number of elements."""
    rows = [
        f"<tr><td>{escape(name)}</td><td>{p.shape}</td><td>{p.dtype}</td><td>{p.size:,}</td>"
        f"<td>{'trained' if p.requires_grad else 'frozen'}</td></tr>"
        for name, p in module.named_parameters()
    ]
    heading = "<tr><th>parameter</th><th>shape</th><th>dtype</th><th>elements</th><th></th></tr>"
    table = f"<table>{heading}{''.join(rows)}</table>" if rows else ""
    return f"{_PRE}{escape(repr(module))}</pre>{table}"


def _elements(array):
    rows = np.atleast_2d(array)
    if rows.ndim > 2 or rows.shape[0] > MAX_ROWS or rows.shape[1] > MAX_COLUMNS:
        return f"{_PRE}{escape(np.array2string(array, precision=4, threshold=100))}</pre>"
    cells = ["".join(f"<td>{value:.5g}</td>" for value in row) for row in rows]
    return f"<table>{''.join(f'<tr>{row}</tr>' for row in cells)}</table>"


Tensor._repr_html_ = tensor_html  # type: ignore[attr-defined]
Module._repr_html_ = module_html  # type: ignore[attr-defined]
