"""Each layout in which people keep case counts, and how it is recognised by its heading.

    wide     one row a country, one column a day            the course's pivot table, Johns Hopkins, pandas
    down     one row a day, one column a country            Our World in Data's total_cases.csv, a transposed frame
    long     one row a country and day                      Our World in Data, WHO, ECDC, Kaggle, melt

`read_raw` gives all of them as one `RawTable`: cells of text with their places in the file, nothing judged yet.
"""

from data.covid.headings import Kind
from data.covid.layouts import down, long, wide
from data.covid.layouts.raw import RawTable
from data.covid.layouts.refuse import refuse_by_name, refuse_unknown
from data.covid.sheet import read_sheet


def read_raw(content: bytes, source: str, counts: Kind | None) -> RawTable:
    """The cells of a file in any known layout; `counts` says which column to take where there are two kinds.

    Raises DataError for a known table of another kind, naming the file to take instead, and for an unknown heading.
    """

    def wanted(heading: list[str]) -> list[int] | None:
        refuse_by_name(heading, source)
        return long.columns_to_keep(heading, counts)

    sheet = read_sheet(content, source, wanted)
    for layout in (long, wide, down):
        if layout.fits(sheet):
            return layout.read(sheet, counts)
    raise refuse_unknown(sheet)
