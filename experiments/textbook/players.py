"""The players of the pages in docs/, by file name: HTML files that need no network, written by one command.

Those of graphs are made by the code behind `graph.to_html`. Two are pages of their own: convolution
(``convolution_player.html``) shows one op from inside, and two moons (``moons_player.html``) a whole training run.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from autograd.tools.graph.player import Step, read_player, write_player
from data.atomic import write_bytes

from .graphs import diamond, neuron, recurrence
from .moons import play_moons

CONVOLUTION = Path(__file__).with_name("convolution_player.html")


def play_neuron(path: Path) -> None:
    """Page 1: drag w, x and b; beside each gradient stands the finite difference."""
    data = read_player(neuron())
    leaves = [i for i, box in enumerate(data["boxes"]) if box["op"] == "leaf"]
    data["live"] = [{"box": i, "min": -3, "max": 3, "step": 0.05} for i in leaves]
    write_player(data, path, "One neuron: drag w, x and b, and watch the gradients")


def play_diamond(path: Path) -> None:
    """Page 3: the same graph walked back in three orders, of which one is wrong."""
    data = read_player(diamond())
    data["walks"] = three_walks(data)
    write_player(data, path, "The diamond: three walks back, two of them right")


def play_recurrence(path: Path) -> None:
    """Page 7: the gradient on its way back through six cells."""
    write_player(read_player(recurrence()), path, "Back-propagation through time, cell by cell")


def play_convolution(path: Path) -> None:
    """Page 6: what an output pixel reads, and who paints into an input pixel."""
    write_bytes(path, CONVOLUTION.read_bytes())


PLAYERS: dict[str, Callable[[Path], None]] = {
    "neuron.html": play_neuron,
    "moons.html": play_moons,
    "diamond.html": play_diamond,
    "recurrence.html": play_recurrence,
    "convolution.html": play_convolution,
}


class Walker:
    """Walks back through a graph of single numbers, and writes down every step and every visit."""

    def __init__(self, data: dict[str, Any]):
        engine = data["walks"][0]["steps"]
        shares = [step for step in engine if step["kind"] == "share"]
        self.root = next(step["box"] for step in engine if step["kind"] == "seed")
        self.edges: dict[int, list[tuple[int, float]]] = {}
        for step in shares:
            self.edges.setdefault(step["box"], []).append((step["parent"], step["slope"]["numbers"][0]))
        self.sums = dict.fromkeys(range(len(data["boxes"])), 0.0)
        self.sums[self.root] = 1.0
        self.steps: list[Step] = [step for step in engine if step["kind"] != "share"]
        self.visits = 0

    def fire(self, box: int, parent: int, g: float, slope: float) -> None:
        """Hand on g times the slope from a box to its parent."""
        self.sums[parent] += g * slope
        numbers = {"g": g, "slope": slope, "share": g * slope, "sum": self.sums[parent]}
        step = {name: {"shape": [], "norm": abs(v), "numbers": [v]} for name, v in numbers.items()}
        self.steps.append({"kind": "share", "box": box, "parent": parent, "slot": 0, "argument": 0, **step})

    def every_path(self, box: int, g: float = 1.0) -> None:
        """Hand each arriving gradient on at once: right, and exponentially slow."""
        self.visits += 1
        for parent, slope in self.edges.get(box, []):
            self.fire(box, parent, g, slope)
            self.every_path(parent, g * slope)

    def as_soon_as_reached(self, box: int, visited: set[int]) -> None:
        """Visit each box once, when it is first reached: wrong wherever a box is used twice."""
        self.visits += 1
        visited.add(box)
        for parent, slope in self.edges.get(box, []):
            self.fire(box, parent, self.sums[box], slope)
            if parent not in visited:
                self.as_soon_as_reached(parent, visited)


def three_walks(data: dict[str, Any]) -> list[dict[str, Any]]:
    """Every path, each box as soon as reached, deepest first (the engine's own): with visits and result in the note."""
    every, soon = Walker(data), Walker(data)
    every.every_path(every.root)
    soon.as_soon_as_reached(soon.root, set())
    engine = data["walks"][0]["steps"]
    x = next(i for i, box in enumerate(data["boxes"]) if box["op"] == "leaf")
    right = [step["sum"]["numbers"][0] for step in engine if step["kind"] == "share" and step["parent"] == x][-1]
    return [
        _walk("every path", every.visits, every.sums[x], right, every.steps),
        _walk("as soon as reached", soon.visits, soon.sums[x], right, soon.steps),
        _walk("deepest first", len(data["boxes"]), right, right, engine),
    ]


def _walk(name, visits, gradient, right, steps):
    verdict = "right" if gradient == right else f"wrong, {right:g} is right"
    return {"name": name, "note": f"{visits} visits; dy/dx = {gradient:g}: {verdict}", "steps": steps}
