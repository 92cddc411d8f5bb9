"""The world map's SVG as a PNG, for viewers that show no SVG.

resvg draws it (https://github.com/linebender/resvg), with the font that matplotlib brings and no font of the system:
the same map has the same bytes on every machine.
"""

import resvg_py

from experiments.letters import FONT, FONTS

WIDTH = 1400  # pixels


def as_png(svg: bytes, width: int = WIDTH) -> bytes:
    """The picture of an SVG on white, `width` pixels wide."""
    return resvg_py.svg_to_bytes(
        svg_string=svg.decode(),
        width=width,
        background="white",
        skip_system_fonts=True,
        font_files=[str(FONT), str(FONTS / "DejaVuSans-Bold.ttf")],
        sans_serif_family="DejaVu Sans",
    )
