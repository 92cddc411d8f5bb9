"""Pictures for docs/06-convolution.md and docs/15-fast-convolution.md: windows as rows, painting, space to depth."""

from pathlib import Path

import numpy as np
from matplotlib.typing import ColorType

from ..style import figure, headline
from .grids import BLUE, GREEN, LINE, ORANGE, PALE, PURPLE, arrow, grid, note, outline, sheet, tint


def plot_windows(path: Path) -> None:
    """A 4 x 4 image, its nine 2 x 2 windows as rows, and two filters as columns: one matrix product."""
    image = np.arange(16).reshape(4, 4)
    windows = np.lib.stride_tricks.sliding_window_view(image, (2, 2))
    shown = {(0, 0): ORANGE, (0, 1): BLUE, (2, 2): GREEN}  # the windows that are marked: place and colour
    with figure(path, 8.2, 4.1) as fig:
        headline(fig, "Windows as rows, filters as columns: a convolution is one matrix product")
        axes = sheet(fig, 25.5, 11.4)
        note(axes, 3, 2.2, "image\n4 x 4, one channel")
        grid(axes, 1, 3, image)
        matrix = windows.reshape(9, 4)
        colours: list[list[ColorType]] = [[PALE] * 4 for _ in matrix]
        for (row, column), colour in shown.items():
            outline(axes, 1 + column, 3 + row, 2, 2, colour)
            colours[3 * row + column] = [tint(colour)] * 4
        note(axes, 10, 0.9, "windows\n(OH OW, kH kW C) = (9, 4)")
        grid(axes, 8, 2, matrix, colours)
        for (row, column), colour in shown.items():
            arrow(axes, (5.2, 3.5 + row), (7.9, 2.5 + 3 * row + column), colour)
        note(axes, 13.25, 6.5, "@", 16)
        note(axes, 15.5, 3.2, "filters\n(kH kW C, F) = (4, 2)")
        grid(axes, 14.5, 4.5, np.array([[f"{f}{i}" for f in "uv"] for i in range(4)]))
        note(axes, 17.75, 6.5, "=", 16)
        note(axes, 20, 0.9, "result\n(OH OW, F) = (9, 2)")
        results = np.array([[f"{f}{r}{q}" for f in "yz"] for r in range(3) for q in range(3)])
        grid(axes, 19, 2, results, [row[:2] for row in colours], 7)
        note(axes, 23.6, 6.5, "two images\nof 3 x 3:\none for\neach filter")


def plot_painting(path: Path) -> None:
    """The matrix of a convolution of stride 2, and what its transpose does to three numbers."""
    weight, z = np.array([1, 2, 3, 4]), np.array([3, 1, 2])
    matrix = np.zeros((3, 8), int)
    for m in range(3):
        matrix[m, 2 * m : 2 * m + 4] = weight
    colours = (ORANGE, BLUE, GREEN)
    with figure(path, 8.2, 3.15) as fig:
        headline(fig, "Looking is the matrix T, painting is its transpose: what overlaps adds up")
        axes = sheet(fig, 25, 8.6)
        note(axes, 5.5, 0.7, "T: row m holds the filter where output m looks")
        shades = [[tint(colours[m]) if matrix[m, t] else PALE for t in range(8)] for m in range(3)]
        grid(axes, 1.5, 1.5, np.where(matrix, matrix.astype(str), ""), shades)
        for m in range(3):
            note(axes, 0.8, 2 + m, f"m={m}", 8)
        note(axes, 5.5, 5.0, "pixels 0 ... 7", 8)
        note(axes, 5.5, 7.6, "look:  y = T x\npaint:  image = Tᵀ z")
        note(axes, 18.5, 0.7, "painting z = (3, 1, 2) with the filter (1, 2, 3, 4)")
        for m in range(3):
            strokes = np.where(matrix[m], (z[m] * matrix[m]).astype(str), "")
            grid(axes, 15, 1.5 + m, strokes[None], [shades[m]])
            note(axes, 13.3, 2 + m, f"{z[m]} x filter", 8)
        note(axes, 13.9, 6.0, "sum", 8)
        grid(axes, 15, 5.5, (matrix.T @ z)[None])
        for t in range(8):
            arrow(axes, (15.5 + t, 4.55), (15.5 + t, 5.5), LINE)
        note(axes, 19, 7.6, "the small row of 3 has become a row of 8:\na transposed convolution enlarges")


def plot_space_to_depth(path: Path) -> None:
    """An 8 x 8 image cut into 2 x 2 blocks, and the same numbers as a 4 x 4 image of four channels."""
    image = np.arange(64).reshape(8, 8)
    channel = [[ORANGE, BLUE], [GREEN, PURPLE]]
    with figure(path, 8.2, 4.1) as fig:
        headline(fig, "Space to depth: a 4 x 4 window that moves by 2 is a 2 x 2 window that moves by 1")
        axes = sheet(fig, 26.5, 11.6)
        note(axes, 5, 0.8, "8 x 8 pixels, one channel")
        grid(axes, 1, 1.6, image, [[tint(channel[r % 2][c % 2]) for c in range(8)] for r in range(8)], 7)
        for block in range(0, 9, 2):
            axes.plot([1, 9], [1.6 + block] * 2, color="black", linewidth=1.2)
            axes.plot([1 + block] * 2, [1.6, 9.6], color="black", linewidth=1.2)
        outline(axes, 1, 1.6, 4, 4, "black")
        outline(axes, 3, 1.6, 4, 4, "black", (0, (2, 1.5)))
        note(axes, 5, 10.7, "4 x 4 windows at stride 2:\nthe first, and dashed the second")
        arrow(axes, (9.7, 5.6), (12.2, 5.6))
        note(axes, 10.95, 4.6, "only the\nnames\nchange", 8)
        note(axes, 19.5, 0.8, "4 x 4 blocks, four channels")
        for k, (a, b) in enumerate(np.ndindex(2, 2)):
            left, top = 13 + 6.6 * b, 1.6 + 4.4 * a
            grid(axes, left, top, image[a::2, b::2], [[tint(channel[a][b])] * 4] * 4, 7)
            outline(axes, left, top, 2, 2, "black")
            outline(axes, left + 1, top, 2, 2, "black", (0, (2, 1.5)))
            note(axes, left + 4.9, top + 2, f"channel\n{k}", 8)
        note(axes, 19.5, 10.7, "2 x 2 windows at stride 1, through all four channels:\nthe same 16 numbers in each")
