"""Two moons, learned by a net like that of docs/README.md: a player, a picture, and a short film.

The run is recorded once, step by step, by the engine: the loss, and the weights after some of the steps. The player
computes the boundary from these weights in the browser; the picture and the film ask the engine.
"""

import io
import json
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from PIL import Image

from autograd import Tensor, binary_cross_entropy_with_logits, nn, no_grad, optim
from data.atomic import write_bytes

from ..style import SETTINGS, figure, headline

PAGE = Path(__file__).with_name("moons_player.html")
POINTS, HIDDEN, STEPS = 200, 16, 150
KEPT = [*range(21), *range(22, 61, 2), *range(65, STEPS + 1, 5)]  # steps whose weights are kept: closer at the start
LEFT, RIGHT, BOTTOM, TOP = -1.6, 2.6, -1.1, 1.6
UPPER, LOWER = "#0072b2", "#e69f00"
ON_LOWER = "#a66f00"  # of points: dark enough to be seen on LOWER
MARKS = "circles: upper moon, triangles: lower moon"
FIELD = LinearSegmentedColormap.from_list("moons", [LOWER, "white", UPPER])
FIRST_SHOWN, EACH_SHOWN = (
    2500,
    160,
)  # milliseconds: the film opens with its last picture, for viewers that show one only
FILM_STEPS = KEPT[::2]


class Run(NamedTuple):
    """Points (n, 2), moons (n,), the loss at each step, and the weights after the steps of `KEPT`."""

    points: np.ndarray
    moon: np.ndarray
    losses: list[float]
    weights: dict[int, list[np.ndarray]]


def two_moons(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """n points (n, 2), and which moon each is from (n,): 1 the upper, 0 the lower."""
    upper = rng.random(n) < 0.5
    angle = rng.uniform(0, np.pi, n)
    x = np.where(upper, np.cos(angle), 1 - np.cos(angle))
    y = np.where(upper, np.sin(angle), 0.5 - np.sin(angle))
    points = np.stack([x, y], axis=1) + 0.1 * rng.standard_normal((n, 2))
    return points.astype(np.float32), upper.astype(np.float32)


def make_net(rng: np.random.Generator) -> nn.Sequential:
    """2 -> 16 -> 1, with a tanh between."""
    return nn.Sequential(nn.Linear(2, HIDDEN, rng), nn.Tanh(), nn.Linear(HIDDEN, 1, rng))


@cache
def recorded() -> Run:
    """Train the net, and write down what happens."""
    rng = np.random.default_rng(0)
    points, moon = two_moons(POINTS, rng)
    net = make_net(rng)
    adam = optim.Adam(net.parameters(), learning_rate=0.05)
    losses, weights = [], {}
    for step in range(STEPS + 1):
        loss = binary_cross_entropy_with_logits(net(Tensor(points))[:, 0], moon)
        losses.append(loss.item())
        if step in KEPT:
            weights[step] = [parameter.data.copy() for parameter in net.parameters()]
        adam.zero_grad()
        loss.backward()
        adam.step()
    return Run(points, moon, losses, weights)


def logits(weights: list[np.ndarray], points: np.ndarray) -> np.ndarray:
    """The net with these weights at points (..., 2): above 0 is the upper moon."""
    net = make_net(np.random.default_rng(0))
    for parameter, value in zip(net.parameters(), weights, strict=True):
        parameter.data[...] = value
    with no_grad():
        return net(Tensor(points.astype(np.float32))).data[..., 0]


def accuracy(run: Run, step: int) -> float:
    """The share of the points that are on the right side after a step of `KEPT`."""
    return float(((logits(run.weights[step], run.points) > 0) == run.moon).mean())


def play_moons(path: Path) -> None:
    """The run as a page: step through it, and ask for the probability at any place."""
    run = recorded()
    data: dict[str, Any] = {
        "window": [LEFT, RIGHT, BOTTOM, TOP],
        "points": [[*map(_short, point), int(moon)] for point, moon in zip(run.points, run.moon, strict=True)],
        "losses": [_short(loss) for loss in run.losses],
        "frames": [
            {"step": step, "accuracy": accuracy(run, step), "weights": [_short(w) for a in arrays for w in a.ravel()]}
            for step, arrays in run.weights.items()
        ],
    }
    page = PAGE.read_text(encoding="utf-8").replace("{{data}}", json.dumps(data, separators=(",", ":")))
    write_bytes(path, page.encode())


def _short(number) -> float:
    return float(f"{number:.5g}")


def plot_moons(path: Path) -> None:
    """The boundary at the start, early and at the end."""
    run = recorded()
    with figure(path, 8.0, 2.7) as fig:
        share = accuracy(run, STEPS)
        headline(fig, f"Step by step the net bends its boundary, until {share:.0%} of the points are right")
        for axes, step in zip(fig.subplots(1, 3), (0, 20, STEPS), strict=True):
            _draw_field(axes, run, step)
            axes.set_title(f"step {step}: loss {run.losses[step]:.3f}")
        fig.axes[1].set_xlabel(MARKS)


def film_moons(path: Path) -> None:
    """The same as a film of small pictures, with the loss beside the field; the last picture comes first."""
    run = recorded()
    pictures = [_picture(run, step) for step in FILM_STEPS]
    times = [FIRST_SHOWN, *[EACH_SHOWN] * len(pictures)]
    content = io.BytesIO()
    pictures[-1].save(
        content, "WEBP", save_all=True, append_images=pictures, duration=times, loop=0, quality=30, method=4
    )
    write_bytes(path, content.getvalue())


def _picture(run: Run, step: int) -> Image.Image:
    with matplotlib.rc_context(SETTINGS):
        fig = Figure(figsize=(6.0, 2.6), layout="constrained", dpi=90)
        field, curve = fig.subplots(1, 2, width_ratios=(1.55, 1))
        _draw_field(field, run, step)
        field.set_xlabel(MARKS)
        field.set_title(f"step {step}: {accuracy(run, step):.0%} of the points are right", loc="left")
        curve.plot(run.losses, color="#bdbdbd")
        curve.plot(run.losses[: step + 1], color=UPPER)
        curve.plot(step, run.losses[step], "o", color=UPPER)
        curve.set_ylim(0, 1.05 * max(run.losses))
        curve.set_title(f"loss {run.losses[step]:.3f} nats", loc="left")
        curve.set_xlabel("step of the optimiser")
        canvas = FigureCanvasAgg(fig)
        canvas.draw()
        return Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3])


def _draw_field(axes: Axes, run: Run, step: int) -> None:
    """The probability as colour, the boundary as a line, the points of the two moons with marks of their own."""
    x, y = np.meshgrid(np.linspace(LEFT, RIGHT, 160), np.linspace(BOTTOM, TOP, 100))
    z = logits(run.weights[step], np.stack([x, y], axis=-1))
    axes.contourf(x, y, 1 / (1 + np.exp(-z)), levels=np.linspace(0, 1, 11), cmap=FIELD, alpha=0.5)
    axes.contour(x, y, z, levels=[0.0], colors="black", linewidths=1.4)
    for moon, colour, mark in ((1, UPPER, "o"), (0, ON_LOWER, "^")):
        axes.plot(*run.points[run.moon == moon].T, mark, color=colour, markersize=3, markeredgecolor="white", mew=0.3)
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.grid(False)
