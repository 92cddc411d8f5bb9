"""Hostile tables of counts: every odd cell in every kind of column, odd text, odd shapes, and what is no file."""

import gzip
import io
import os
import zipfile
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np

from data.covid.counts import CaseCounts, load_cases
from tests.torture.hostile.inputs import Input

COUNTRIES = ("Albania", "Canada", "France", "Ghana")
DATES = ("1/22/20", "1/23/20", "1/24/20", "1/25/20")
COUNTS = np.array([[0, 2, 5, 9], [1, 2, 3, 4], [10, 20, 30, 40], [0, 0, 7, 8]])
ROWS = [["Country/Region", "Lat", "Long", *DATES]]
ROWS += [[name, f"{i + 10}.5", f"{i - 20}", *map(str, COUNTS[i])] for i, name in enumerate(COUNTRIES)]

# Where a cell is put: a count, a date of the heading, a country, a latitude, the heading of the countries.
PLACES = {"count": (2, 4), "date": (0, 5), "country": (3, 0), "latitude": (1, 1), "corner": (0, 0)}
CELLS = {
    "nothing": "",
    "blanks": "   ",
    "minus": "-1",
    "fraction": "1.5",
    "huge": "9" * 40,
    "exponent": "1e400",
    "infinity": "inf",
    "not a number": "nan",
    "text": "many",
    "null": "a\0b",
    "escape": "\x1b[31mred",
    "bell": "a\ab",
    "bidi": "a\u202eb",
    "zero width": "a\u200bb",
    "surrogate letters": "\U0001f1e6\U0001f1f1",
    "arabic digits": "١٢٣",
    "full width": "１２",
    "superscript": "²",
    "roman": "Ⅻ",
    "thousands": '"1,234"',
    "underscore": "1_000",
    "hex": "0x10",
    "plus": "+3",
    "spaces inside": "1 000",
    "formula": "=1+1",
    "quotes": '"a ""b"" c"',
    "line break": '"a\nb"',
    "lone quote": 'a"b',
    "markup": "<script>alert(1)</script>",
    "path": "../../etc/passwd",
    "percent": "%s%n%d",
    "braces": "{0.__class__}",
    "date": "2/30/20",
    "year 0": "1/1/0000",
    "far year": "1/1/9999",
    "time": "1/24/20 25:61",
    "repeated": "1/22/20",
    "long": "x" * 5000,
    "very long": "y" * 200_000,
    "ligature": "ﬁ",
    "combining": "e" + "\u0301" * 500,
    "none": "None",
    "true": "TRUE",
    "na": "NA",
    "dash": "—",
    "dollar": "$x^2$",
    "backslash": "\\u0041\\n",
}


def text_of(rows: list[list[str]], separator: str = ",", end: str = "\n") -> str:
    return end.join(separator.join(row) for row in rows) + end


PLAIN = text_of(ROWS)


def inputs() -> Iterator[Input]:
    yield from _cells()
    yield from _equals()
    yield from _encodings()
    yield from _shapes()
    yield from _no_files()


def read(path: Path) -> CaseCounts:
    cases = load_cases(path)
    _ = cases.new_cases, cases.notes
    return cases


def is_a_table(cases: CaseCounts) -> str:
    """What every table that is read has, whatever was in it."""
    shape = len(cases.countries), len(cases.dates)
    if cases.cumulative.shape != shape or cases.cumulative.dtype != np.int64:
        return f"counts of shape {cases.cumulative.shape} and {cases.cumulative.dtype}, expected {shape}"
    if not (np.diff(cases.dates) > np.timedelta64(0)).all() or len(set(cases.countries)) < len(cases.countries):
        return "dates out of order, or a country twice"
    if not all(name.strip() and name.isprintable() for name in (*cases.countries, *cases.notes)):
        return "a name or a note that a terminal would obey"
    finite = np.isfinite(cases.latitude) | np.isnan(cases.latitude)
    return "" if finite.all() else "an infinite latitude"


def is_the_plain_one(cases: CaseCounts) -> str:
    if cases.countries != COUNTRIES or not np.array_equal(cases.cumulative, COUNTS):
        return f"read {cases.countries} {cases.cumulative.tolist()}"
    return is_a_table(cases)


def _cells() -> Iterator[Input]:
    for (where, (row, column)), (what, cell) in product(PLACES.items(), CELLS.items()):
        rows = [list(each) for each in ROWS]
        rows[row][column] = cell
        yield Input(f"{what} as a {where}", "t.csv", text_of(rows).encode("utf-8", "surrogatepass"), is_a_table)


def _must(name: str, content: bytes) -> Input:
    """A table that must be read, and read as the plain one."""

    def right(cases: CaseCounts) -> str:
        return is_the_plain_one(cases)

    return Input(f"the same table, {name}", "t.csv", content, right)


def _equals() -> Iterator[Input]:
    yield _must("as it is", PLAIN.encode())
    yield _must("with a byte order mark", PLAIN.encode("utf-8-sig"))
    yield _must("as UTF-16", PLAIN.encode("utf-16"))
    yield _must("with Windows' line ends", text_of(ROWS, end="\r\n").encode())
    yield _must("with old Macintosh line ends", text_of(ROWS, end="\r").encode())
    yield _must("with semicolons", text_of(ROWS, ";").encode())
    yield _must("with tabs", text_of(ROWS, "\t").encode())
    yield _must("with sep=;", b"sep=;\n" + text_of(ROWS, ";").encode())
    yield _must("all in quotes", text_of([[f'"{cell}"' for cell in row] for row in ROWS]).encode())
    yield _must("with empty lines", PLAIN.replace("\n", "\n\n").encode())
    yield _must("with blanks around", text_of([[f" {cell} " for cell in row] for row in ROWS]).encode())
    yield _must("without an end of the last line", PLAIN.rstrip("\n").encode())
    yield _must("with empty columns behind", text_of([[*row, "", ""] for row in ROWS]).encode())
    yield _must(
        "with counts as 1.0", text_of([ROWS[0], *([*r[:3], *(f"{c}.0" for c in r[3:])] for r in ROWS[1:])]).encode()
    )
    iso = ["Country/Region", "Lat", "Long", *(f"2020-01-{day}" for day in range(22, 26))]
    yield _must("with ISO dates", text_of([iso, *ROWS[1:]]).encode())
    back = [[*row[:3], *row[:2:-1]] for row in ROWS]
    yield _must("with the days from last to first", text_of(back).encode())


def _encodings() -> Iterator[Input]:
    for name, content in {
        "UTF-16 without a mark": PLAIN.encode("utf-16-le"),
        "UTF-16 cut within a letter": PLAIN.encode("utf-16")[:-1],
        "UTF-32": PLAIN.encode("utf-32"),
        "latin-1": PLAIN.replace("France", "Réunion").encode("latin-1"),
        "two byte order marks": b"\xef\xbb\xbf" + PLAIN.encode("utf-8-sig"),
        "an overlong null": PLAIN.encode().replace(b"Ghana", b"\xc0\x80"),
        "half a surrogate pair": PLAIN.encode().replace(b"Ghana", b"\xed\xa0\x80"),
        "one null": b"\0",
        "nulls": b"\0" * 10_000,
        "one byte": b"x",
        "a byte order mark alone": b"\xef\xbb\xbf",
        "a UTF-16 mark alone": b"\xff\xfe",
        "line ends alone": b"\n" * 1000,
        "commas alone": b"," * 1000,
        "quotes alone": b'"' * 1001,
        "random bytes": np.random.default_rng(0).bytes(5000),
        "control characters": bytes(range(32)) * 50,
        "vertical tabs as line ends": text_of(ROWS, end="\v").encode(),
        "unicode line ends": text_of(ROWS, end="\u2028").encode(),
        "next-line characters": text_of(ROWS, end="\x85").encode(),
    }.items():
        yield Input(name, "t.csv", content, is_a_table)


def _shapes() -> Iterator[Input]:
    many = [f"c{i}," + ",".join(["1"] * 4) for i in range(40_000)]
    for name, text in {
        "no rows": text_of(ROWS[:1]),
        "no countries": text_of([row[1:] for row in ROWS]),
        "no days": text_of([row[:3] for row in ROWS]),
        "one day": text_of([row[:4] for row in ROWS]),
        "a short row": PLAIN.replace(",40", ""),
        "a long row": PLAIN.replace(",40", ",40,50"),
        "cut within a row": PLAIN[:-12],
        "an open quote": PLAIN.replace("France", '"France'),
        "a quote over a million lines": PLAIN.replace("France", '"' + "x\n" * 1_000_000),
        "a cell of 20 megabytes": PLAIN.replace("France", "F" * 20_000_000),
        "a heading of a million columns": "Country," + ",".join(["1/22/20"] * 1_000_000) + "\n",
        "a row of a million columns": PLAIN + "x" + ",1" * 1_000_000 + "\n",
        "40,000 countries": "Country,1/22/20,1/23/20,1/24/20,1/25/20\n" + "\n".join(many) + "\n",
        "the same country twice": PLAIN.replace("Ghana", "France"),
        "countries that differ in case": PLAIN.replace("Ghana", "FRANCE"),
        "countries that differ in accents": PLAIN.replace("Ghana", "Françe"),
        "an unresolved merge": PLAIN.replace("France", "<<<<<<< HEAD\nFrance", 1),
        "two tables": PLAIN + PLAIN,
        "a heading in the middle": PLAIN.replace("Ghana", "Country/Region,Lat,Long,1/22/20,1/23/20\nGhana"),
        "sep= of a quote": 'sep="\n' + PLAIN,
        "sep= of a line end": "sep=\r\n" + PLAIN,
        "sep= of a null": "sep=\0\n" + PLAIN,
        "sep= of two letters": "sep=;;\n" + PLAIN,
        "falling counts": PLAIN.replace("10,20,30,40", "40,30,20,10"),
        "sums that would overflow": PLAIN.replace("10,20,30,40", ",".join(["9999999999"] * 4)),
        "days of two centuries": PLAIN.replace("1/25/20", "1/25/2099"),
        "a web page": "<!DOCTYPE html><html><body>404</body></html>",
        "JSON": '{"Albania": [1, 2, 3]}',
        "a pointer of git-lfs": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n",
        "deep brackets": "[" * 100_000,
        "dates in two orders": PLAIN.replace("1/25/20", "25/1/20"),
        "long table with a broken date": "location,date,total_cases\nAlbania,2020-01-99,3\nAlbania,2020-01-23,4\n",
        "long table with a day twice": "location,date,total_cases\nA,2020-01-22,3\nA,2020-01-22,4\n",
        "long table of one row": "location,date,total_cases\nAlbania,2020-01-22,3\n",
    }.items():
        yield Input(name, "t.csv", text.encode(), is_a_table)


def _zipped() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("t.csv", PLAIN)
    return stream.getvalue()


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(20 * 2**30)


def _no_files() -> Iterator[Input]:
    for name, make in {
        "a pipe": os.mkfifo,
        "a folder": Path.mkdir,
        "a link in a circle": lambda path: path.symlink_to(path.name),
        "a link to nothing": lambda path: path.symlink_to("nowhere"),
        "a link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
        "a link to /proc/kmsg": lambda path: path.symlink_to("/proc/kmsg"),
        "a link to /proc/self/mem": lambda path: path.symlink_to("/proc/self/mem"),
        "20 gigabytes of nothing": _sparse,
        "no file": lambda path: None,
    }.items():
        yield Input(name, "t.csv", make)
    yield Input("an empty file", "t.csv", b"")
    yield Input("a zip", "t.csv", _zipped())
    yield Input("a gzip", "t.csv", gzip.compress(PLAIN.encode()))
    yield Input("a gzip bomb", "t.csv", gzip.compress(b"0" * 50_000_000))
    yield Input("a PDF", "t.csv", b"%PDF-1.7\n" + bytes(range(256)))
    yield Input("an ELF program", "t.csv", b"\x7fELF" + b"\0" * 500)
    yield Input("an old Excel file", "t.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500)
    yield Input("a pickle", "t.csv", b"\x80\x04\x95\x1e\0\0\0\0\0\0\0\x8c\x02os\x94\x8c\x06system\x94\x93\x94.")
