"""Whatever a damaged table holds, it is read or refused in one line; nothing else is ever raised."""

import random

import pytest

from data.covid.assemble import assemble
from data.covid.layouts import read_raw
from data.errors import DataError
from tests.data.covid.layouts import test_down, test_long
from tests.fakes.samples import PIVOT, SERIES

TEXTS = (PIVOT, SERIES, test_down.OWID, test_long.OWID, test_long.WHO, test_long.ECDC, test_long.KAGGLE)
SAMPLES = [*(text.encode() for text in TEXTS), SERIES.encode("utf-16"), SERIES.replace(",", ";").encode()]
PIECES = [
    b",",
    b";",
    b"\t",
    b'"',
    b"\n",
    b"\r",
    b"0",
    b"-1",
    b"1e9",
    b"nan",
    b"\0",
    b"\xff",
    b"\xe2\x80\xae",
    b"/",
    b"",
]
PIECES += [
    b"World",
    b"Country",
    b"date",
    b"Lat",
    b"sep=;\n",
    b"<<<<<<< ",
    b"9" * 30,
    b"1/22/20",
    b"31/12/2020",
    b"Burma",
]


def damaged(content: bytes, rng: random.Random) -> bytes:
    """The content with one to four spots overwritten, cut out, doubled, or with its lines shuffled."""
    text = bytearray(content)
    for _ in range(rng.randint(1, 4)):
        start = rng.randrange(len(text) + 1)
        end = start + rng.choice([0, 1, 2, 5, 30])
        kind = rng.choice(["piece", "piece", "copy", "bit", "lines"])
        if kind == "piece":
            text[start:end] = rng.choice(PIECES)
        elif kind == "copy":
            text[start:start] = text[end : end + rng.choice([3, 20, 80])]
        elif kind == "bit" and start < len(text):
            text[start] ^= 1 << rng.randrange(8)
        elif kind == "lines":
            lines = bytes(text).split(b"\n")
            rng.shuffle(lines)
            text = bytearray(b"\n".join(lines))
    return bytes(text)


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_table_is_read_or_refused_in_one_line(seed: int) -> None:
    rng = random.Random(seed)
    read = refused = 0
    for _ in range(500):
        content = damaged(rng.choice(SAMPLES), rng)
        try:
            table = assemble(read_raw(content, "damaged", rng.choice([None, "daily", "cumulative"])))
        except DataError as error:
            refused += 1
            assert str(error).isprintable()
        else:
            read += 1
            assert table.cumulative.shape == (len(table.countries), len(table.dates))
    assert read > 20
    assert refused > 200
