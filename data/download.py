"""Download a file in one verified attempt: the right content arrives complete, or nothing is written."""

import codecs
import logging
import re
import threading
import time
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from queue import Empty, Full, Queue
from typing import Any, Literal

import pooch
import requests
import urllib3

from data.errors import DataError

JOHNS_HOPKINS_URL = (
    "https://raw.githubusercontent.com/CSSEGISandData/COVID-19/master/csse_covid_19_data/"
    "csse_covid_19_time_series/time_series_covid19_confirmed_global.csv"
)

# Hash of each file that does not change any more; text with LF line ends.
KNOWN_SHA256 = {
    # frozen since 10 March 2023: 289 rows, 22 January 2020 to 9 March 2023
    JOHNS_HOPKINS_URL: "e6234a59eec4359d2577358b5220e1a7e3da74c162913cdb7d882db1413f98c2",
}

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)

_CHUNK = 16384  # bytes
_MAX_PIECE = 2**20  # bytes of unpacked content held at a time
_WINDOW = {"gzip": 31, "x-gzip": 31, "deflate": 15}  # zlib's wbits for each way of packing


def is_url(source: str) -> bool:
    """Whether `source` is an http(s) address rather than a path."""
    return re.match(r"https?://", source, re.IGNORECASE) is not None


def without_password(text: str) -> str:
    """An address, or a text with addresses, without the user name and password before the host."""
    return re.sub(r"(?i)(https?://)[^/?#\s]*@", r"\1", text)


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
    """Downloads `url` to `path`, in one attempt, and returns `path`.

    sha256      of the content (of a CSV with LF line ends, as it is then stored); None accepts any content
    kind        what the first bytes must look like: a server may answer with a page of HTML
    timeout     seconds of silence, when connecting or between two packets, after which to give up
    at_most     seconds for everything: names, connections, redirections, headers and body
    max_bytes   of the content after decompression, after which to give up

    The file is written beside and renamed, so `path` is complete or untouched. A file that is there already
    and has the right hash is kept, and the network is not used.
    Raises DataError in one line: no network, timeout, any status but 200, wrong kind, a body that is cut short or too
    long, a wrong hash, a redirection from https to http.
    """
    shown = without_password(url)
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
        raise DataError(f"{shown}: {error}") from None
    except (OSError, ValueError, urllib3.exceptions.HTTPError) as error:
        # requests' errors are OSErrors; pooch raises ValueError for a hash that differs.
        raise DataError(f"{shown}: {_in_one_line(error, timeout)}") from None
    return path


class _Download:
    """The downloader that pooch calls: it writes the body of `url` to a temporary file of pooch's.

    pooch's own has neither a limit for the whole download nor a look at the first bytes.
    """

    def __init__(self, kind: Literal["csv", "zip"], timeout: float, at_most: float, max_bytes: int) -> None:
        self.kind, self.timeout, self.at_most, self.max_bytes = kind, timeout, at_most, max_bytes

    def __call__(self, url: str, output_file: str, _: Any) -> None:
        first = True
        with (
            open(output_file, "wb") as file,
            closing(within(self.at_most, lambda: _body(url, self.timeout))) as pieces,
        ):
            for piece in pieces:
                if first and (reason := _WHY_NOT[self.kind](piece)):
                    raise DataError(reason)
                first = False
                file.write(piece)
                if file.tell() > self.max_bytes:
                    raise DataError(f"the file is longer than {self.max_bytes:,} bytes")
        if first:
            raise DataError("the server sent an empty file")
        # Without a Content-Length only the content tells that a body was cut short: a zip's list stands at its end.
        if self.kind == "zip" and not zipfile.is_zipfile(output_file):
            raise DataError("the zip archive ends too early: the connection broke before the file was complete")
        if self.kind == "csv":
            path = Path(output_file)
            path.write_bytes(lf_line_ends(path.read_bytes()))


def _body(url: str, timeout: float) -> Iterator[bytes]:
    """The decompressed body of the answer, in pieces of at most a megabyte."""
    plain = {"Accept-Encoding": "identity"}
    with requests.get(url, stream=True, timeout=timeout, headers=plain) as response:
        _check_encrypted_throughout(response)
        if response.status_code != 200:  # 206 holds a part of the file, 204 nothing
            raise DataError(f"the server answers {response.status_code} {response.reason}; expected 200 OK")
        packed = response.raw.stream(_CHUNK, decode_content=False)
        yield from decoded(packed, response.headers.get("Content-Encoding", "identity"))


def decoded(pieces: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """The content of a body that a server has packed although it was asked not to.

    Raises DataError for an unknown encoding, and if the packed data are damaged or stop before their end.
    """
    if encoding.lower() in ("", "identity"):
        yield from filter(None, pieces)
        return
    if encoding.lower() not in _WINDOW:
        raise DataError(f"the server packs the file as {encoding!r}; expected gzip or no packing")
    decoder = zlib.decompressobj(_WINDOW[encoding.lower()])
    try:
        for piece in pieces:
            while piece:
                if decoder.eof:  # gzip allows several members in a row
                    decoder = zlib.decompressobj(_WINDOW[encoding.lower()])
                if content := decoder.decompress(piece, _MAX_PIECE):  # not all at once: it may be a bomb
                    yield content
                piece = decoder.unconsumed_tail or decoder.unused_data
        if rest := decoder.flush():
            yield rest
    except zlib.error as error:
        raise DataError(f"the packed file is damaged: {error}") from None
    if not decoder.eof:
        raise DataError("the packed file ends too early: the connection broke before the file was complete")


def within(seconds: float, make: Callable[[], Iterator[bytes]]) -> Generator[bytes, None, None]:
    """The pieces that `make()` gives, or DataError once `seconds` are over.

    A socket's timeout begins anew with every byte, so a server that sends a byte now and then could hold us for ever:
    while a name is looked up, in the headers, in the body. The reading is done in a thread of its own, which is
    abandoned at the deadline; the file is written by the caller, never by the thread.
    """
    deadline = time.monotonic() + seconds
    pieces: Queue[bytes | Exception | None] = Queue(maxsize=8)
    stop = threading.Event()

    def put(item: bytes | Exception | None) -> None:
        while not stop.is_set():
            with suppress(Full):
                pieces.put(item, timeout=0.1)
                return

    def read() -> None:
        try:
            for piece in make():
                put(piece)
                if stop.is_set():
                    return
            put(None)
        except Exception as error:  # raised again in the caller's thread
            put(error)

    threading.Thread(target=read, daemon=True, name="download").start()
    try:
        while True:
            try:
                item = pieces.get(timeout=max(0.0, deadline - time.monotonic()))
            except Empty:
                raise DataError(f"the download was not complete after {seconds:g} s") from None
            if item is None:
                return
            if isinstance(item, Exception):
                raise item
            yield item
    finally:
        stop.set()


def _check_encrypted_throughout(response: requests.Response) -> None:
    """Whoever asks for https must not be led to a page that anyone on the way can change."""
    addresses = [step.url for step in (*response.history, response)]
    for before, after in pairwise(addresses):
        if before.startswith("https:") and not after.startswith("https:"):
            raise DataError(f"the server redirects from https to {without_password(after)}, which is not encrypted")


def _in_one_line(error: Exception, timeout: float) -> str:
    """What a person needs of an exception of requests, urllib3, pooch or the file system."""
    if isinstance(error, requests.Timeout | urllib3.exceptions.TimeoutError) or "timed out" in str(error):
        return f"no answer within {timeout:g} s"
    if isinstance(error, requests.exceptions.ChunkedEncodingError | urllib3.exceptions.ProtocolError):
        return "the connection broke before the file was complete"
    if isinstance(error, requests.TooManyRedirects):
        return "the server redirects without end"
    if isinstance(error, requests.ConnectionError):
        return "no connection; is there a network?"
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return without_password(" ".join(str(error).split()))


@contextmanager
def _quiet_pooch() -> Iterator[None]:
    """Silence pooch, which announces every download; the caller does that."""
    logger = pooch.get_logger()
    before = logger.level
    logger.setLevel(logging.WARNING)
    try:
        yield
    finally:
        logger.setLevel(before)
