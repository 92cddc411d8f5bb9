"""Places the boxes of a graph in layers: arrows run down, and are short with few crossings.

After Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures (1981):

1. *Layers.* A box lies one layer above the highest box that uses it, so leaves are near their users.
2. *Waypoints.* An arrow across several layers gets a point in each layer. The points take part in the next steps, so
   arrows pass between boxes, not through them.
3. *Order.* In sweeps down and up, each layer is sorted by the mean position of its neighbours in the previous layer.
4. *Coordinates.* In more sweeps, each box moves towards the mean of its neighbours, as far as the order and the widths
   allow. The least-squares positions are found by pooling neighbours that would overlap into groups that move together
   (the pool-adjacent-violators algorithm of isotonic regression).
"""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

SWEEPS = 12
GAP = 18.0  # between neighbours in a layer
WAYPOINT_WIDTH = 4.0


@dataclass
class Layout:
    """The centre of each box and the path of each arrow, in points (1/72 inch); y runs down.

    An arrow goes from parent to child through an even number of stops (x, y): from the first to the second it runs
    straight down, out of the layer of the parent; from the second to the third it bends; and so on.
    """

    centres: dict[Any, tuple[float, float]]
    arrows: list[list[tuple[float, float]]]


def lay_out(
    parents: Mapping[Any, Sequence[Any]],
    sizes: Mapping[Any, tuple[float, float]],
    layer_gap: float = 34.0,
) -> Layout:
    """Place boxes of the given (width, height).

    Args:
        parents: the parents of each box, in an order in which each box follows its parents.
        sizes: width and height of each box.
        layer_gap: space between two layers.
    """
    depths = _depths(parents)
    paths = _paths(parents, depths)
    depth_of = {point: depths[path[0]] + i for path in paths for i, point in enumerate(path)} | depths
    layers: list[list[Hashable]] = [[] for _ in range(max(depth_of.values(), default=0) + 1)]
    for point, depth in depth_of.items():
        layers[depth].append(point)
    above: dict[Hashable, list[Hashable]] = {point: [] for point in depth_of}
    below: dict[Hashable, list[Hashable]] = {point: [] for point in depth_of}
    for path in paths:
        for upper, lower in pairwise(path):
            above[lower].append(upper)
            below[upper].append(lower)
    _sort(layers, above, below)
    widths = {point: sizes[point][0] if point in sizes else WAYPOINT_WIDTH for point in depth_of}
    x = _positions(layers, above, below, widths)
    heights = [max((sizes[p][1] for p in layer if p in sizes), default=0.0) for layer in layers]
    tops = np.concatenate([[0.0], np.cumsum(np.array(heights) + layer_gap)]).tolist()
    middle = {p: tops[depth] + heights[depth] / 2 for p, depth in depth_of.items()}

    def stops(path):
        for point in path:
            depth = depth_of[point]
            start = middle[point] + sizes[point][1] / 2 if point is path[0] else tops[depth]
            end = middle[point] - sizes[point][1] / 2 if point is path[-1] else tops[depth] + heights[depth]
            yield from ((x[point], start), (x[point], end))

    return Layout({box: (x[box], middle[box]) for box in parents}, [list(stops(path)) for path in paths])


def _depths(parents):
    """The layer of each box, counted from the top: as low as its lowest user allows."""
    heights: dict[Hashable, int] = {}
    for box in reversed(parents):
        heights.setdefault(box, 0)
        for p in parents[box]:
            heights[p] = max(heights.get(p, 0), heights[box] + 1)
    top = max(heights.values(), default=0)
    return {box: top - heights[box] for box in parents}


def _paths(parents, depths):
    """For every arrow the boxes it joins, and a waypoint in each layer between them."""
    return [
        [p, *((p, box, depth) for depth in range(depths[p] + 1, depths[box])), box]
        for box, above in parents.items()
        for p in dict.fromkeys(above)
    ]


def _sort(layers, above, below):
    """Fewer crossings: order each layer by the mean place of its neighbours."""
    place = {point: float(i) for layer in layers for i, point in enumerate(layer)}
    for sweep in range(SWEEPS):
        order, near = (layers[1:], above) if sweep % 2 == 0 else (layers[-2::-1], below)
        for layer in order:
            mean = {p: np.mean([place[q] for q in near[p]]) if near[p] else place[p] for p in layer}
            layer.sort(key=mean.__getitem__)
            place.update((p, float(i)) for i, p in enumerate(layer))


def _positions(layers, above, below, widths):
    x = {p: v for layer in layers for p, v in zip(layer, _spread(layer, [0.0] * len(layer), widths), strict=True)}
    for sweep in range(SWEEPS):
        for layer in layers if sweep % 2 == 0 else layers[::-1]:
            near = {p: [x[q] for q in (*above[p], *below[p])] for p in layer}
            wanted = [float(np.mean(near[p])) if near[p] else x[p] for p in layer]
            x.update(zip(layer, _spread(layer, wanted, widths), strict=True))
    left = min(x[p] - widths[p] / 2 for p in x)
    return {p: v - left for p, v in x.items()}


def _spread(layer, wanted, widths):
    """The positions nearest to those wanted that keep the order and leave a gap between neighbours."""
    steps = [0.0] + [(widths[p] + widths[q]) / 2 + GAP for p, q in pairwise(layer)]
    offsets = np.cumsum(steps)
    groups: list[tuple[float, int]] = []  # (mean of wanted - offset, members), which must not decrease
    for target in np.asarray(wanted) - offsets:
        mean, members = float(target), 1
        while groups and groups[-1][0] > mean:
            other, count = groups.pop()
            mean, members = (mean * members + other * count) / (members + count), members + count
        groups.append((mean, members))
    return (np.concatenate([np.full(count, mean) for mean, count in groups]) + offsets).tolist()
