"""Which faces a run gets; downloads are tried against a server on this machine."""

import io
import threading
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data.errors import DataError
from data.faces.choose import resolve_faces


def an_archive(count: int = 5) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for i in range(count):
            picture = io.BytesIO()
            Image.new("RGB", (20, 20), (i, 0, 0)).save(picture, "PNG")
            archive.writestr(f"data/{i}.png", picture.getvalue())
    return stream.getvalue()


class Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        if self.path == "/missing":
            self.send_error(404)
            return
        body = {"/archive": an_archive(), "/page": b"<!DOCTYPE html><title>Sign in</title>"}[self.path]
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class Run:
    """A place with a folder of raw data, and what was said."""

    def __init__(self, folder: Path) -> None:
        self.raw, self.said = folder / "data" / "raw", list[str]()

    def resolve(self, choice: str = "auto", url: str = "http://127.0.0.1:9/closed", **options):
        return resolve_faces(choice, 16, raw=self.raw, cache=None, url=url, say=self.said.append, **options)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Run(tmp_path)


def test_an_archive_or_folder_in_place_is_used_without_a_word(run):
    run.raw.mkdir(parents=True)
    with zipfile.ZipFile(io.BytesIO(an_archive())) as archive:
        archive.extractall(run.raw / "anime_faces")
    assert run.resolve().source == "data/raw/anime_faces"
    (run.raw / "anime_faces.zip").write_bytes(an_archive())
    faces = run.resolve()
    assert (len(faces), faces.source, faces.drawn, run.said) == (5, "data/raw/anime_faces.zip", False, [])
    assert faces.path == run.raw / "anime_faces.zip"


def test_otherwise_the_archive_is_downloaded_once_and_kept(run, server):
    assert len(run.resolve(url=f"{server}/archive")) == 5
    assert [path.name for path in run.raw.iterdir()] == ["anime_faces.zip"]
    assert "trying to download" in run.said[0]
    assert len(run.resolve()) == 5  # nothing listens there: it did not ask again


@pytest.mark.parametrize(("page", "reason"), [("page", "HTML page"), ("missing", "404"), (None, "no connection")])
def test_when_that_fails_faces_are_drawn_and_the_reason_and_the_remedy_said(run, server, page, reason):
    faces = run.resolve(url=f"{server}/{page}" if page else "http://127.0.0.1:9/closed", count=4)
    assert faces.drawn and len(faces) == 4
    assert reason in faces.note and "data/raw" in faces.note and reason in faces.describe()
    assert "anime_faces.zip" in run.said[-1] and "press Download" in run.said[-1]
    assert not run.raw.exists() or not list(run.raw.iterdir())


def test_an_archive_that_is_there_but_broken_is_an_error_and_not_replaced_by_drawings(run):
    run.raw.mkdir(parents=True)
    (run.raw / "anime_faces.zip").write_bytes(b"PK\x03\x04 cut short")
    with pytest.raises(DataError, match=r"anime_faces\.zip.*fetch it again"):
        run.resolve()


def test_drawn_faces_may_be_asked_for(run):
    faces, again, other = (run.resolve("drawn", count=6, seed=seed) for seed in (1, 1, 2))
    assert faces.drawn and faces.note == "" and run.said == []
    assert np.array_equal(faces.images, again.images) and not np.array_equal(faces.images, other.images)


def test_a_path_is_loaded_and_a_part_of_it_is_a_random_one(run, tmp_path):
    (tmp_path / "mine.zip").write_bytes(an_archive(60))
    everything = run.resolve(str(tmp_path / "mine.zip"), count=1000)
    part = run.resolve(str(tmp_path / "mine.zip"), count=20, seed=3)
    assert (len(everything), len(part)) == (60, 20)
    assert part.names != everything.names[:20] and len(set(part.names)) == 20
    assert part.names == run.resolve(str(tmp_path / "mine.zip"), count=20, seed=3).names
    with pytest.raises(DataError, match="no such file"):
        run.resolve(str(tmp_path / "absent.zip"))
