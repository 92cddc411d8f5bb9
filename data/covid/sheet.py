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
MAX_LINES_OF_ROW = 1_000  # a row has several lines where line breaks are quoted

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
    heading = [cell.strip() for cell in heading]
    width = max(i + 1 for i, cell in enumerate(heading) if cell)
    heading = heading[:width]
    columns = wanted(heading) or range(width)
    rows, lines, cells = [[heading[k] for k in columns]], [line], 0
    for line, row in numbered:
        if len(row) < width or any(cell.strip() for cell in row[width:]):
            column = min(len(row), width)
            label = f" ({heading[column]!r})" if column < width else ""
            reason = _why_unequal(row, width, numbered)
            raise DataError(f"{source}: row {line}, column {column + 1}{label}: {reason}")
        rows.append([row[k].strip() for k in columns])
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
        before = content[content.rfind(b"\n", 0, error.start) + 1 : error.start]
        column = 1 + re.sub(rb'"[^"]*("|$)', b"", before).count(b",")
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
    """(line of the file, cells) of each row that is not empty."""
    text = io.TextIOWrapper(io.BytesIO(content), encoding="utf-8-sig", newline="")
    line = 1
    try:
        lines = _Lines(text, source)
        reader = csv.reader(lines, strict=True, delimiter=separator)
        for cells in reader:
            lines.of_row = 0
            if line > skipped and any(cell.strip() for cell in cells):
                if cells[0].startswith(_CONFLICT):
                    raise DataError(
                        f"{source}: row {line}: the mark of an unresolved merge ({cells[0][:7]}); "
                        "resolve the conflict in the file first"
                    )
                yield line, cells
            line = reader.line_num + 1
    except (csv.Error, UnicodeError) as error:
        raise DataError(f"{source}: row {line} is not valid CSV: {error}") from None


class _Lines:
    """The lines of a text, refused if one is too long or if one row of quoted cells goes over too many of them."""

    def __init__(self, text: io.TextIOWrapper, source: str) -> None:
        self.text, self.source = text, source
        self.number = self.of_row = 0

    def __iter__(self) -> Iterator[str]:
        while line := self.text.readline(MAX_LINE + 1):
            self.number, self.of_row = self.number + 1, self.of_row + 1
            if len(line) > MAX_LINE or self.of_row > MAX_LINES_OF_ROW:
                raise DataError(
                    f"{self.source}: row {self.number} is too long for a table of counts: expected at most "
                    f"{MAX_LINE:,} characters, and at most {MAX_LINES_OF_ROW} lines within quotes"
                )
            yield line


def _why_unequal(row: list[str], width: int, rest: Iterator[tuple[int, list[str]]]) -> str:
    """The likely reason why a row has more or fewer cells than the heading; `rest` are the rows below it."""
    reason = f"the row has {len(row)} columns, the heading {width}"
    if len(row) < width:
        return reason + (": is the file cut short?" if next(rest, None) is None else ": a cell is missing")
    halves = next(
        (f"{a}, {b}" for a, b in pairwise(map(str.strip, row[:4])) if a and b and is_known(f"{a}, {b}")), None
    )
    if halves:
        return f'{reason}: put the name in quotes, "{halves}"'
    return reason + ": is a comma not in quotes, or a heading missing?"
