"""What the page says, apart from how it looks: studies, their items, and the parts of an item in reading order.

Text is Markdown throughout, with names from data files escaped (`experiments.prose.plain`), so that one source makes
both the page and RESULTS.md. The templates tell the parts of an item apart by their ``kind``.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import ClassVar, NamedTuple

import numpy as np

from data.atomic import visible_files
from experiments.page.days import Days
from experiments.page.dial import Dial
from experiments.page.player import Player
from experiments.runs.saved import read_text
from experiments.style import narrow_path

TITLES = {
    "rnn": ("Problem 1", "Recurrent neural network for classification"),
    "vae": ("Problem 2", "Variational autoencoder for image generation"),
}


@dataclass(frozen=True)
class Picture:
    """A PNG or GIF file; ``alt`` is plain text for those who cannot see it, ``caption`` Markdown."""

    kind: ClassVar[str] = "picture"
    path: Path
    alt: str
    caption: str

    @property
    def narrow(self) -> Path | None:
        """The same figure drawn for a narrow screen, if there is one."""
        path = narrow_path(self.path)
        return path if path.is_file() else None


@dataclass(frozen=True)
class WorldMap:
    """The world map of a run: its SVG file, its legend as (label, colour), and its words as plain text."""

    kind: ClassVar[str] = "map"
    anchor: str
    path: Path
    heading: str
    coverage: str
    bins: tuple[tuple[str, str], ...]
    caption: str


@dataclass(frozen=True)
class Folded:
    """Long Markdown that few readers want: the page shows only its summary until it is opened."""

    kind: ClassVar[str] = "folded"
    summary: str
    markdown: str


class Row(NamedTuple):
    """Small pictures of equal size, uint8 (rows, columns, H, W, 3), with a label; scripts find them by ``name``."""

    label: str
    pictures: np.ndarray
    name: str = ""


@dataclass(frozen=True)
class Strip:
    """Rows of pictures below a heading of plain text, which may be empty; ``caption`` is Markdown.

    A row is one picture of the page as it is, not drawn into a figure: it costs few bytes, and on a narrow screen its
    label stands above it, so that the faces have the whole width.
    """

    kind: ClassVar[str] = "strip"
    rows: tuple[Row, ...]
    caption: str
    heading: str = ""


@dataclass(frozen=True)
class Pointer:
    """A sentence that is a link to another place of the page, by its anchor."""

    kind: ClassVar[str] = "pointer"
    text: str
    anchor: str


Part = str | Picture | WorldMap | Folded | Strip | Pointer | Player | Dial | Days


@dataclass(frozen=True)
class Item:
    """One item of an assignment: its numeral, a short heading, what was asked, the answer, and the headings of the
    discussion that speak of it."""

    numeral: str
    heading: str
    task: str
    parts: tuple[Part, ...]
    discussed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Highlights:
    """The most important numbers, as (value, model), and the title that says what they measure."""

    title: str
    numbers: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Story:
    """What a study found, for the top of the page: Markdown sentences made from the numbers, and what shows it."""

    findings: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Study:
    """One problem as a run answered it.

    ``facts`` says what was run on what, as (name, value); ``stamp`` is a warning that the data are invented, or empty;
    ``tables`` are the CSV files to copy. A study without a run has no items, and ``missing`` says why.
    """

    name: str
    command: str
    facts: tuple[tuple[str, str], ...] = ()
    story: Story = Story()
    highlights: tuple[Highlights, ...] = ()
    stamp: str = ""
    notes: tuple[str, ...] = ()
    items: tuple[Item, ...] = ()
    tables: tuple[Path, ...] = ()
    missing: str = ""

    @property
    def number(self) -> str:
        """ "Problem 1"."""
        return TITLES[self.name][0]

    @property
    def title(self) -> str:
        """The problem's heading in the assignment."""
        return TITLES[self.name][1]


def missing_study(name: str, reason: str) -> Study:
    """A study without a finished run: its name, its command and the reason."""
    return Study(name, f"python -m experiments {name}", missing=reason)


class Gallery:
    """The figures of a run folder. Each is taken once; `rest` gives those that no item took."""

    def __init__(self, files: Iterable[Path]):
        self._left = sorted(files)

    def take(self, pattern: str, alt: str, caption: str) -> list[Picture]:
        """The pictures whose file name without suffix matches a shell pattern, by name."""
        found = [path for path in self._left if fnmatchcase(path.stem, pattern)]
        self._left = [path for path in self._left if path not in found]
        return [Picture(path, alt, caption) for path in found]

    def rest(self) -> list[Picture]:
        """The pictures that are left, with their file names as captions."""
        named = [(path, path.stem.replace("_", " ")) for path in self._left]
        self._left = []
        return [Picture(path, f"Figure: {name}", name) for path, name in named]


def figures_in(folder: Path) -> Gallery:
    """The PNG and GIF files of a run folder and of its folder ``figures``."""
    return Gallery(
        [path for pattern in ("*.gif", "figures/*.png", "figures/*.gif") for path in visible_files(folder, pattern)]
    )


def discussion(folder: Path) -> list[Part]:
    """The text of a run's discussion.md without its title; empty if there is none."""
    path = folder / "discussion.md"
    text = read_text(path) if path.is_file() else ""
    title, _, body = text.partition("\n")
    text = body if title.startswith("# ") else text
    return [text.strip()] if text.strip() else []


def link_discussion(items: Sequence[Item], topics: Mapping[str, tuple[str, ...]]) -> tuple[Item, ...]:
    """The items with ``discussed`` set: those of its topics, by numeral, that match a heading of the last item."""
    lines = [line for part in items[-1].parts if isinstance(part, str) for line in part.splitlines()]
    headings = [line.lstrip("# ") for line in lines if line.startswith("## ")]

    def about(numeral: str) -> tuple[str, ...]:
        patterns = topics.get(numeral, ())
        return tuple(heading for pattern in patterns for heading in headings if fnmatchcase(heading, pattern))

    return tuple(replace(item, discussed=about(item.numeral)) for item in items)
