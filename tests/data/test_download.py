"""Downloads against a server on this machine that behaves, and misbehaves, on demand."""

import contextlib
import gzip
import hashlib
import io
import logging
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pooch
import pytest
import requests

from data.covid.counts import load_cases
from data.download import _check_encrypted_throughout, fetch, is_url, lf_line_ends, why_not_csv, why_not_zip
from data.errors import DataError
from tests.fakes.samples import SERIES

CSV = SERIES.encode()


def zip_of(content: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return buffer.getvalue()


SHA256 = hashlib.sha256(CSV).hexdigest()
ZIP = zip_of({"face.png": bytes(range(256)) * 8 + b"\r\n"})


# What a server sends first, and then again and again, one twentieth of a second apart.
SLOW = {
    "slow-headers": (b"HTTP/1.1 200 OK\r\nX-Slow: ", b"a"),
    "slow-chunk-line": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"),
    "slow-body": (b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n", b","),
    "endless-100": (b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
}
PACKED = gzip.compress(CSV)
# Status, headers and body of answers without a Content-Length, so that only the content tells where they end.
ANSWERS = {
    "part": (206, {"Content-Range": f"bytes 0-99/{len(CSV)}"}, CSV[:100]),
    "nothing": (204, {}, b""),
    "gzip": (200, {"Content-Encoding": "gzip"}, PACKED),
    "two-members": (200, {"Content-Encoding": "gzip"}, gzip.compress(CSV[:100]) + gzip.compress(CSV[100:])),
    "cut-gzip": (200, {"Content-Encoding": "gzip"}, PACKED[:-20]),
    "damaged-gzip": (200, {"Content-Encoding": "gzip"}, b"no gzip at all"),
    "unknown-encoding": (200, {"Content-Encoding": "br"}, CSV),
    "bomb": (200, {"Content-Encoding": "gzip"}, gzip.compress(b"," * 10_000_000)),
    "escape": (200, {"Content-Encoding": "\x1b[31mred"}, CSV),
}


class Handler(BaseHTTPRequestHandler):
    """Each path is one way in which servers answer."""

    stop = threading.Event()  # set at the end of the tests, so that hanging answers end too

    def do_GET(self) -> None:
        name = self.path.strip("/").removesuffix(".csv")
        if name == "missing":
            self.send_error(404)
        elif name == "silent":
            self.stop.wait(10)
        elif name == "drip":
            self.begin(10_000_000)
            while not self.stop.wait(0.02):
                self.wfile.write(b"," * 1024)
                self.wfile.flush()
        elif name in SLOW:
            self.connection.sendall(SLOW[name][0])
            while not self.stop.wait(0.05):
                self.connection.sendall(SLOW[name][1])
        elif name == "round":
            self.stop.wait(0.1)
            self.send_response(302)
            self.send_header("Location", "/round")
            self.end_headers()
        elif name in ANSWERS:
            status, headers, body = ANSWERS[name]
            self.send_response(status)
            for key, value in headers.items():
                self.send_header(key, value)
            self.end_headers()
            self.wfile.write(body)
        elif name == "truncated":
            self.begin(len(CSV) + 1)
            self.wfile.write(CSV)
        elif name == "cut":  # no Content-Length tells that there should be more
            self.send_response(200)
            self.end_headers()
            self.wfile.write(ZIP[:1000])
        elif name == "stalled":
            self.begin(len(CSV) + 1)
            self.wfile.write(CSV)
            self.wfile.flush()
            self.stop.wait(10)
        else:
            body = {
                "lf": CSV,
                "crlf": CSV.replace(b"\n", b"\r\n"),
                "html": b"\r\n<!DOCTYPE html><title>Quota exceeded</title>",
                "other": CSV.replace(b"Albania", b"Algeria"),
                "empty": b"",
                "zip": ZIP,
            }[name]
            self.begin(len(body))
            self.wfile.write(body)

    def begin(self, length: int) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(length))
        self.end_headers()

    def handle(self) -> None:
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # the client has had enough
            super().handle()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    Handler.stop.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        Handler.stop.set()
        server.shutdown()


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


@pytest.mark.parametrize("name", ["lf", "crlf"])
def test_the_known_content_is_stored_with_lf_line_ends(server: str, tmp_path: Path, name: str) -> None:
    path = fetch(f"{server}/{name}", tmp_path / "raw" / "cases.csv", sha256=SHA256)
    assert path.read_bytes() == CSV
    assert list(path.parent.iterdir()) == [path]


def test_a_file_already_there_is_not_fetched_again(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(CSV)
    assert fetch("http://127.0.0.1:9/closed", path, sha256=SHA256) == path


def test_a_zip_is_stored_byte_for_byte(server: str, tmp_path: Path) -> None:
    sha256 = hashlib.sha256(ZIP).hexdigest()
    assert fetch(f"{server}/zip", tmp_path / "faces.zip", sha256=sha256, kind="zip").read_bytes() == ZIP


FAULTS = {
    "html": "this is an HTML or XML page",
    "other": "SHA256 hash of downloaded file (cases.csv) does not match the known hash",
    "missing": "the server answers 404",
    "silent": "no answer within 0.2 s",
    "stalled": "no answer within 0.2 s",
    "drip": "the download was not complete after 0.5 s",
    "truncated": "the connection broke before the file was complete",
    "empty": "the server sent an empty file",
    "zip": "this is an archive or an Excel workbook",
}


@pytest.mark.parametrize(("name", "message"), FAULTS.items(), ids=FAULTS)
def test_a_fault_gives_one_line_and_leaves_nothing(server: str, tmp_path: Path, name: str, message: str) -> None:
    begun = time.monotonic()
    with pytest.raises(DataError) as caught:
        fetch(f"{server}/{name}", tmp_path / "cases.csv", sha256=SHA256, timeout=0.2, at_most=0.5)
    assert time.monotonic() - begun < 2
    assert str(caught.value).startswith(f"{server}/{name}: {message}")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", [*SLOW, "round"])
def test_one_deadline_holds_over_the_whole_download(server: str, tmp_path: Path, name: str) -> None:
    begun = time.monotonic()
    with pytest.raises(DataError, match=r"the download was not complete after 0\.5 s"):
        fetch(f"{server}/{name}", tmp_path / "cases.csv", timeout=5, at_most=0.5)
    assert time.monotonic() - begun < 1.5
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["gzip", "two-members"])
def test_a_packed_body_is_unpacked(server: str, tmp_path: Path, name: str) -> None:
    assert fetch(f"{server}/{name}", tmp_path / "cases.csv").read_bytes() == CSV


UNKNOWN_HASH = {
    "part": "the server answers 206 Partial Content; expected 200 OK",
    "nothing": "the server answers 204 No Content; expected 200 OK",
    "cut-gzip": "the packed file ends too early",
    "damaged-gzip": "the packed file is damaged",
    "unknown-encoding": "the server packs the file as 'br'",
    "bomb": "the file is longer than 1,000,000 bytes",
    "escape": r"the server packs the file as '\x1b[31mred'",
}


@pytest.mark.parametrize(("name", "message"), UNKNOWN_HASH.items(), ids=UNKNOWN_HASH)
def test_an_incomplete_answer_is_refused_though_no_hash_is_known(
    server: str, tmp_path: Path, name: str, message: str
) -> None:
    with pytest.raises(DataError) as caught:
        fetch(f"{server}/{name}", tmp_path / "cases.csv", max_bytes=1_000_000)
    assert str(caught.value).startswith(f"{server}/{name}: {message}")
    assert str(caught.value).isprintable()
    assert list(tmp_path.iterdir()) == []


def test_a_password_in_an_address_is_never_shown(server: str) -> None:
    secret = server.replace("//", "//me:secret@")
    cases = load_cases(f"{secret}/crlf.csv")
    assert cases.source == f"{server}/crlf.csv"
    for name in ("missing", "other.html", "html"):
        with pytest.raises(DataError) as caught:
            load_cases(f"{secret}/{name}")
        assert "secret" not in str(caught.value)
    with pytest.raises(DataError) as caught:
        load_cases("http://me:secret@/cases.csv")
    assert "secret" not in str(caught.value)


def test_a_zip_that_was_cut_short_without_a_word_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="/cut: the zip archive ends too early"):
        fetch(f"{server}/cut", tmp_path / "faces.zip", kind="zip")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_would_fill_the_disk_is_refused(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="/drip: the file is longer than 5,000 bytes"):
        fetch(f"{server}/drip", tmp_path / "cases.csv", max_bytes=5000)
    assert list(tmp_path.iterdir()) == []


def test_a_redirection_may_add_encryption_but_not_take_it_away() -> None:
    def answer(*addresses: str) -> requests.Response:
        *history, last = steps = [requests.Response() for _ in addresses]
        for step, address in zip(steps, addresses, strict=True):
            step.url = address
        last.history = history
        return last

    _check_encrypted_throughout(answer("http://a", "https://a", "https://b"))
    with pytest.raises(DataError, match="redirects from https to http://b"):
        _check_encrypted_throughout(answer("https://a", "http://b", "https://c"))


def test_a_fault_leaves_the_file_that_was_there(server: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_bytes(b"older")
    with pytest.raises(DataError, match="does not match"):
        fetch(f"{server}/other", path, sha256=SHA256)
    assert path.read_bytes() == b"older"


def test_no_network_fails_fast_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"http://127\.0\.0\.1:9/x: no connection; is there a network\?"):
        fetch("http://127.0.0.1:9/x", tmp_path / "cases.csv", sha256=SHA256)
    with pytest.raises(DataError, match="no connection"):
        fetch("http://host.invalid/x", tmp_path / "cases.csv", sha256=SHA256, timeout=1)


def test_an_address_that_is_none_and_a_folder_that_cannot_be_made_give_one_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="http://: "):
        fetch("http://", tmp_path / "cases.csv")
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="file"):
        fetch("http://127.0.0.1:9/x", tmp_path / "file" / "cases.csv")


def test_downloads_are_silent_and_pooch_speaks_as_before(server: str, tmp_path: Path) -> None:
    logger, said = pooch.get_logger(), io.StringIO()
    handler, before = logging.StreamHandler(said), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    try:
        fetch(f"{server}/lf", tmp_path / "cases.csv")
        assert said.getvalue() == ""
        assert logger.level == logging.INFO
    finally:
        logger.removeHandler(handler)
        logger.setLevel(before)


def test_cases_are_read_from_a_url(server: str) -> None:
    cases = load_cases(f"{server}/crlf.csv")
    assert cases.countries == ("Albania", "Canada", "France")
    assert (cases.source, cases.sha256) == (f"{server}/crlf.csv", SHA256)
    with pytest.raises(DataError, match="404"):
        load_cases(f"{server}/missing.csv")


def test_first_bytes_tell_what_a_file_is() -> None:
    assert why_not_csv(b"\xef\xbb\xbf,Lat,Long") is None
    assert "HTML" in str(why_not_csv(b"\xef\xbb\xbf \n<html>"))
    assert why_not_zip(ZIP) is None
    assert "HTML" in str(why_not_zip(b" <html>"))
    assert "starts with b'GIF8'" in str(why_not_zip(b"GIF89a"))


def test_addresses_and_line_ends() -> None:
    assert is_url("https://x/y.csv")
    assert is_url("HTTP://x")
    assert not is_url("data/raw/http.csv")
    assert lf_line_ends(b"a\r\nb\rc\n\r\n") == b"a\nb\nc\n\n"
