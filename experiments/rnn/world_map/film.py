"""world_map_days.gif: the map on several days that the net had not seen, one after the other.

The days are those of the test by time: the net was trained on the days before them. Each picture says how many of the
countries asked about rose, and how many answers were right.
"""

import io
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageColor, ImageDraw, ImageFont

from data.atomic import write_bytes
from experiments.letters import FONT
from experiments.rnn.saved import SavedRnn
from experiments.rnn.words import MODEL_NAMES
from experiments.rnn.world_map.png import as_png
from experiments.rnn.world_map.svg import LEGEND, coloured
from experiments.rnn.world_map.table import mark_drawn

FILE = "world_map_days.gif"
DAYS = 7  # pictures at most, of days evenly apart, the last one included
WIDTH, MARGIN, LINE = 640, 8, 22  # pixels: the picture, its margin, a line of text
SVG_HEIGHT = 600  # beside the map's width
STAMP = "#a33b00"  # the colour of "simulated data"
LAST, OTHER = 2500, 1200  # milliseconds that the last day and any other are shown


def write_film(run: SavedRnn) -> Path | None:
    """Write the GIF into the run's folder ``figures``; None if the run has no forecasts of days to come."""
    days = forecasts(run) if run.has("predictions.csv") and run.has("world_map.csv") else {}
    if len(days) < 2:
        return None
    palette = _palette()
    first, *others = (
        _frame(run, day, table).quantize(palette=palette, dither=Image.Dither.NONE) for day, table in days.items()
    )
    times, buffer = [OTHER] * len(others) + [LAST], io.BytesIO()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=times, loop=0)
    path = run.folder / "figures" / FILE
    write_bytes(path, buffer.getvalue())
    return path


def forecasts(run: SavedRnn) -> dict[str, pd.DataFrame]:
    """By day: country, code, drawn, the mean over the seeds of the map net's probability, and whether it rose."""
    table = run.table("predictions.csv")
    mine = table[(table["model"] == run.map_model) & (table["length"] == run.map_length) & (table["split"] == "time")]
    every = sorted(mine["day"].unique())
    chosen = every[:: -max(1, -(-len(every) // DAYS))][::-1]  # the step is rounded up, and the last day is one of them
    names = run.table("world_map.csv")[["country", "code"]]
    return {
        day: mark_drawn(
            mine[mine["day"] == day]
            .groupby("country", as_index=False, sort=False)[["probability", "label"]]
            .mean()
            .merge(names, on="country", validate="one_to_one")
        )
        for day in chosen
    }


def caption(day: str, table: pd.DataFrame) -> str:
    """ "2020-04-12: the count rises in 61 of 140 countries, 64 % of the answers are right"."""
    right = ((table["probability"] >= 0.5) == (table["label"] >= 0.5)).mean()
    rises = int((table["label"] >= 0.5).sum())
    return f"{day}: the count rises in {rises} of {len(table)} countries, {100 * right:.0f} % of the answers are right"


def _palette() -> Image.Image:
    """The legend's colours, and their blends with white and black on edges: the same for every picture.

    A palette made from the pictures would drop the colours that few countries have.
    """
    colours = np.array([ImageColor.getrgb(colour) for colour in (*(colour for _, colour in LEGEND), STAMP)])
    blends = [colours + (end - colours) * share for end in (0, 255) for share in (0, 0.25, 0.5, 0.75)]
    greys = np.repeat(np.linspace(0, 255, 32)[:, None], 3, axis=1)
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate([*blends, greys]).round().astype(np.uint8).tobytes())
    return palette


def _frame(run: SavedRnn, day: str, table: pd.DataFrame) -> Image.Image:
    """One day: title, map, legend."""
    chart = coloured(table[table["drawn"] == "yes"], height=SVG_HEIGHT, show_legend=False, margin=0)
    world = Image.open(io.BytesIO(as_png(chart.render(), WIDTH))).convert("RGB")
    picture = Image.new("RGB", (WIDTH, 2 * MARGIN + 2 * LINE + world.height + 2 * LINE), "white")
    picture.paste(world, (0, MARGIN + 2 * LINE))
    pen = ImageDraw.Draw(picture)
    font = ImageFont.truetype(str(FONT), 13)
    title = f"Chance of {run.event}, by a {MODEL_NAMES[run.map_model]} that had seen no day of these"
    pen.text((MARGIN, MARGIN), title, fill="black", font=font)
    pen.text((MARGIN, MARGIN + LINE), caption(day, table), fill="black", font=font)
    _legend(pen, picture.height - MARGIN - LINE, run.simulated)
    return picture


def _legend(pen: ImageDraw.ImageDraw, top: int, simulated: bool) -> None:
    font = ImageFont.truetype(str(FONT), 11)
    left: float = MARGIN
    for label, colour in LEGEND:
        pen.rectangle((left, top, left + 10, top + 10), fill=colour)
        pen.text((left + 13, top - 2), label, fill="black", font=font)
        left += 13 + pen.textlength(label, font) + 9
    if simulated:
        pen.text((WIDTH - MARGIN, top - LINE), "simulated data", fill=STAMP, font=font, anchor="ra")
