"""Bytes of a CSV file -> rows of cells: encoding, separator, and where each row stands in the file.

Accepted: UTF-8 with or without a byte order mark, UTF-16 with one; commas, semicolons or tabs; a first line
`sep=;` as Excel writes it; any line ends. Every row and column in a message is counted from 1, as an editor or a
spreadsheet shows it.
"""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

from data.covid.cells import BadCell
from data.covid.countries import is_known
from data.errors import DataError

T = TypeVar("T")

MAX_BYTES = 200_000_000  # twice Our World in Data's whole file, the largest in use
MAX_CELLS = 5_000_000  # kept in memory: 15 times Johns Hopkins' file
MAX_LINE = 1_000_000  # characters

_CONFLICT = ("<<<<<<<", "|||||||", "=======", ">>>>>>>")  # how git marks two versions of the same lines
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class Sheet:
    """Cells of a CSV file without its empty rows.

    source   the name of the file in messages
    rows     the cells that are kept, without surrounding blanks; row 0 is the heading
    lines    lines[i] is the line of the file where row i starts
    columns  columns[k] is the column of the file that cell k of every row comes from
    all_headings  the heading with the columns that are not kept
    """

    source: str
    rows: list[list[str]]
    lines: list[int]
    columns: Sequence[int]
    all_headings: list[str]
    separator: str

    @property
    def heading(self) -> list[str]:
        """The cells of the first row."""
        return self.rows[0]

    def error(self, row: int, column: int, reason: str) -> DataError:
        """The error, not raised yet, for one cell: file, row, column with its heading, reason."""
        heading = self.heading[column] if column < len(self.heading) else ""
        label = f" ({heading!r})" if heading and row > 0 else ""
        number = self.columns[column] if column < len(self.columns) else column
        return DataError(f"{self.source}: row {self.lines[row]}, column {number + 1}{label}: {reason}")

    def read(self, row: int, column: int, reader: Callable[[str], T]) -> T:
        """What `reader` makes of one cell. Raises DataError with the cell's place for a BadCell."""
        try:
            return reader(self.rows[row][column])
        except BadCell as fault:
            raise self.error(row, column, str(fault)) from None


def read_sheet(content: bytes, source: str, wanted: Callable[[list[str]], Sequence[int] | None]) -> Sheet:
    """The cells of a file; `wanted` looks at the heading and names the columns to keep, None for all.

    Raises DataError, naming the row, for bytes that are no text, broken quotes, rows that are not as wide as the
    heading, the marks of an unresolved merge, and for more than MAX_CELLS cells.
    """
    content = to_utf8(content, source)
    skipped, separator = _separator(content)
    numbered = _numbered_rows(content, source, skipped, separator)
    line, heading = next(numbered, (0, []))
    if not heading:
        raise DataError(f"{source}: the file holds no rows")
    width = max(i + 1 for i, cell in enumerate(heading) if cell)
    heading = heading[:width]
    kept = wanted(heading)
    columns = range(width) if kept is None else kept
    rows, lines, cells = [[heading[k] for k in columns]], [line], 0
    for line, row in numbered:
        row = _cut(row, width)
        if len(row) != width:
            column = min(len(row), width)
            label = f" ({heading[column]!r})" if column < width else ""
            reason = _why_unequal(row, width, numbered)
            raise DataError(f"{source}: row {line}, column {column + 1}{label}: {reason}")
        rows.append(row if kept is None else [row[k] for k in columns])
        lines.append(line)
        cells += len(columns)
        if cells > MAX_CELLS:
            raise DataError(f"{source}: row {line}: the table has more than {MAX_CELLS:,} cells; keep fewer rows")
    return Sheet(source, rows, lines, columns, heading, separator)


def to_utf8(content: bytes, source: str) -> bytes:
    """The same text in UTF-8. Raises DataError with row and column of the first byte that is no text."""
    if content.startswith(_UTF_16):
        try:
            return content.decode("utf-16").encode()
        except UnicodeError:
            raise DataError(f"{source}: the UTF-16 text is damaged; save the file as 'CSV UTF-8'") from None
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        # Latin-1 gives every byte a letter, which is enough to count the cells before the fault.
        before = content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("latin-1")
        column = max(1, len(next(csv.reader([before[:MAX_LINE]]), [])))  # nothing before it: the first cell
        raise DataError(
            f"{source}: row {row}, column {column}: the byte 0x{content[error.start]:02x} is not UTF-8 text;"
            " save the file as 'CSV UTF-8'"
        ) from None
    return content


def _separator(content: bytes) -> tuple[int, str]:
    """How many lines to skip, and the separator: the one that Excel's `sep=` names, or the heading's most frequent."""
    lines = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline=None)
    skipped, line = 0, lines.readline(MAX_LINE)
    if match := re.fullmatch(r'"?sep=(.)"?\s*', line):
        return 1, match[1]
    while line and not line.strip():
        skipped, line = skipped + 1, lines.readline(MAX_LINE)
    heading = re.sub(r'"[^"]*"', "", line)
    return skipped, max(",;\t", key=heading.count)


def _numbered_rows(content: bytes, source: str, skipped: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """(line of the file, stripped cells) of each row that is not empty."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    line = 1
    try:
        reader = csv.reader(_limited(text, source), strict=True, delimiter=separator)
        for cells in reader:
            if line > skipped:
                cells = [cell.strip() for cell in cells]
                if any(cells):
                    if cells[0].startswith(_CONFLICT):
                        raise DataError(
                            f"{source}: row {line}: the mark of an unresolved merge ({cells[0][:7]}); "
                            "resolve the conflict in the file first"
                        )
                    yield line, cells
            line = reader.line_num + 1
    except (csv.Error, UnicodeError) as error:
        raise DataError(f"{source}: row {line} is not valid CSV: {error}") from None


def _limited(text: io.TextIOWrapper, source: str) -> Iterator[str]:
    number = 0
    while line := text.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            raise DataError(
                f"{source}: line {number} has more than {MAX_LINE:,} characters; this is no table of counts"
            )
        yield line


def _cut(row: list[str], width: int) -> list[str]:
    """A row that is wider than the heading only by empty cells, without those."""
    return row if any(row[width:]) else row[:width]


def _why_unequal(row: list[str], width: int, rest: Iterator[tuple[int, list[str]]]) -> str:
    """The likely reason why a row has more or fewer cells than the heading; `rest` are the rows below it."""
    reason = f"the row has {len(row)} columns, the heading {width}"
    if len(row) < width:
        return reason + (": is the file cut short?" if next(rest, None) is None else ": a cell is missing")
    halves = next((f"{a}, {b}" for a, b in pairwise(row[:4]) if a and b and is_known(f"{a}, {b}")), None)
    if halves:
        return f'{reason}: put the name in quotes, "{halves}"'
    return reason + ": is a comma not in quotes, or a heading missing?"
