"""Drawing the graph of a computation as Mermaid, DOT or SVG.

>>> from autograd import Tensor, graph
>>> x, y = Tensor([2.0], requires_grad=True, name="x"), Tensor([3.0], requires_grad=True, name="y")
>>> print(graph.to_mermaid(x * y + x))
flowchart TD
    n0(["x<br/>(1,) float32"])
    n1(["y<br/>(1,) float32"])
    n2["mul<br/>(1,) float32"]
    n3["add<br/>(1,) float32"]
    n0 --> n2
    n1 --> n2
    n2 --> n3
    n0 --> n3

GitHub and notebooks render this text between fences of ```` ```mermaid ````. `to_dot` writes the same graph for
Graphviz, and `to_svg` draws it with matplotlib alone. Rounded boxes are leaves: parameters and other tensors that
require a gradient. Constants do not appear, because no gradient flows to them.

A graph holds no arrays, and backward uses it up. To see values and gradients, record them in a block::

    with graph.recording():
        loss = model(x)
        loss.backward()
    graph.to_svg(loss, "loss.svg", module=model, values=True, gradients=True)

`to_html` writes a player: one file in which a reader steps through the ops, and back through backward. It shows arrays,
so they must have been kept::

    with graph.recording(arrays=True):
        loss = model(x)
        loss.backward()
    graph.to_html(loss, "loss.html")

In a notebook `graph.picture_of(loss)` shows the same drawing below its cell.

Files: ``recording.py`` observes the ops, ``vertices.py`` reads the graph of a tensor, ``folding.py`` shortens it,
``text.py`` writes it as text, ``layout.py`` places the boxes, ``drawing.py`` draws them, ``player.py`` and
``player.html`` play them.
"""

from .drawing import picture_of, to_svg
from .player import to_html
from .recording import recording
from .text import to_dot, to_mermaid

__all__ = ["picture_of", "recording", "to_dot", "to_html", "to_mermaid", "to_svg"]
