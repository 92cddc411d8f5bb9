"""One short, verified attempt to fetch a file: the right content arrives whole, or nothing is left behind."""

import codecs
import logging
import re
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import pooch
import requests

from data.errors import DataError

JOHNS_HOPKINS_URL = (
    "https://raw.githubusercontent.com/CSSEGISandData/COVID-19/master/csse_covid_19_data/"
    "csse_covid_19_time_series/time_series_covid19_confirmed_global.csv"
)

# Hash of each file that is known not to change any more, text taken with LF line ends.
KNOWN_SHA256 = {
    # frozen since 10 March 2023: 289 rows, 22 January 2020 to 9 March 2023
    JOHNS_HOPKINS_URL: "e6234a59eec4359d2577358b5220e1a7e3da74c162913cdb7d882db1413f98c2",
}

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_CHUNK = 4096  # bytes; reading waits until so many are there, and then looks at the clock


def is_url(source: str) -> bool:
    """Whether it is an address to download from rather than a file."""
    return re.match(r"https?://", source, re.IGNORECASE) is not None


def without_password(url: str) -> str:
    """An address without the user name and password that may stand before its host, for messages and records."""
    return re.sub(r"(?i)^(https?://)[^/?#]*@", r"\1", url)


def lf_line_ends(content: bytes) -> bytes:
    """The same text whatever machine saved it: CRLF and CR become LF. UTF-16, of two bytes a character, stays."""
    if content.startswith(_UTF_16):
        return content
    return content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


def why_not_csv(head: bytes) -> str | None:
    """What the first bytes of a file say it is instead of CSV text, or None."""
    if not head.strip(b"\xef\xbb\xbf \t\r\n"):
        return "the file is empty"
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(b"<<<<<<<"):
        return "row 1: the mark of an unresolved merge (<<<<<<<); resolve the conflict in the file first"
    if start.startswith(b"<"):
        return "this is an HTML or XML page, not a CSV file; save the raw file instead of the page that shows it"
    if head.startswith((b"PK\x03\x04", b"\x1f\x8b", b"\xd0\xcf\x11\xe0")):
        return "this is an archive or an Excel workbook, not a CSV file; unpack it, or save it as 'CSV UTF-8'"
    if b"\0" in head and not head.startswith(_UTF_16):  # as in nearly every picture, program or archive
        return "this is a binary file, not a CSV file"
    return None


def why_not_zip(head: bytes) -> str | None:
    """What the first bytes of a file say it is instead of a zip archive, or None."""
    if head.lstrip().startswith(b"<"):
        return "this is an HTML page, not a zip archive; the server may ask for a login or a quota may be spent"
    if not head.startswith(b"PK\x03\x04"):
        return f"this is no zip archive: it starts with {head[:4]!r}"
    return None


_WHY_NOT = {"csv": why_not_csv, "zip": why_not_zip}


def fetch(
    url: str,
    path: Path,
    *,
    sha256: str | None = None,
    kind: Literal["csv", "zip"] = "csv",
    timeout: float = 5.0,
    at_most: float = 60.0,
    max_bytes: int = 1_000_000_000,
) -> Path:
    """Downloads ``url`` to ``path``, in one attempt, and returns ``path``.

    sha256      of the content (of a CSV with LF line ends, as it is then stored); None takes what comes
    kind        what the first bytes must look like: a server may well answer with a page of HTML
    timeout     seconds of silence, when connecting or between two packets, after which to give up
    at_most     seconds for the whole download
    max_bytes  of the content, after which to give up

    The file is written beside and renamed, so ``path`` is complete or untouched. A file that is there already
    and has the right hash is kept without a look at the network.
    Raises DataError in one line: no network, timeout, HTTP status, wrong kind, body cut short or too long, wrong hash,
    a redirection from https to http.
    """
    try:
        with _quiet_pooch():
            pooch.retrieve(
                url,
                known_hash=None if sha256 is None else f"sha256:{sha256}",
                fname=path.name,
                path=path.parent,
                downloader=_Download(kind, timeout, at_most, max_bytes),
            )
    except DataError as error:
        raise DataError(f"{url}: {error}") from None
    except (OSError, ValueError) as error:
        # requests' errors are OSErrors; pooch raises ValueError for a hash that differs.
        raise DataError(f"{url}: {_in_one_line(error, timeout)}") from None
    return path


class _Download:
    """The downloader that pooch calls: it writes the body of ``url`` to a temporary file of pooch's.

    pooch's own knows neither a limit for the whole download nor a look at the first bytes.
    """

    def __init__(self, kind: Literal["csv", "zip"], timeout: float, at_most: float, max_bytes: int) -> None:
        self.kind, self.timeout, self.at_most, self.max_bytes = kind, timeout, at_most, max_bytes

    def __call__(self, url: str, output_file: str, _: Any) -> None:
        deadline = time.monotonic() + self.at_most
        first = True
        # The timeout starts anew with every packet; a server that sends a drop at a time needs the deadline.
        with (
            requests.get(url, stream=True, timeout=self.timeout) as response,
            open(output_file, "wb") as file,
        ):
            _check_encrypted_throughout(response)
            response.raise_for_status()
            for chunk in response.iter_content(_CHUNK):
                if first and (reason := _WHY_NOT[self.kind](chunk)):
                    raise DataError(reason)
                first = False
                file.write(chunk)
                if time.monotonic() > deadline:
                    raise DataError(f"the download was not complete after {self.at_most:g} s")
                if file.tell() > self.max_bytes:
                    raise DataError(f"the file is longer than {self.max_bytes:,} bytes")
        if first:
            raise DataError("the server sent an empty file")
        # Without a Content-Length nothing else tells that a body was cut short: the list of a zip stands at its end.
        if self.kind == "zip" and not zipfile.is_zipfile(output_file):
            raise DataError("the zip archive ends too early: the connection broke before the file was complete")
        if self.kind == "csv":
            path = Path(output_file)
            path.write_bytes(lf_line_ends(path.read_bytes()))


def _check_encrypted_throughout(response: requests.Response) -> None:
    """Who asked for https shall not be led to a page that anyone on the way may change."""
    addresses = [step.url for step in (*response.history, response)]
    for before, after in pairwise(addresses):
        if before.startswith("https:") and not after.startswith("https:"):
            raise DataError(f"the server redirects from https to {after}, which is not encrypted")


def _in_one_line(error: Exception, timeout: float) -> str:
    """What a person needs of an exception of requests, pooch or the file system."""
    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code} {error.response.reason}"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return f"no answer within {timeout:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError):
        return "the connection broke before the file was complete"
    if isinstance(error, requests.ConnectionError):
        return "no connection; is there a network?"
    return " ".join(str(error).split())


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """pooch announces every download; here the caller speaks."""
    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
