"""Sources of face pictures: a folder of any depth, or a zip archive that is read in place.

Both give a sorted list of `ImageFile`s whose bytes are read on demand. Nothing is unpacked to disk, so a member
called `../../etc/passwd.jpg` is only an odd name; an archive inside an archive is not opened.
"""

import hashlib
import os
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from data.errors import DataError
from data.faces.images import UnreadableImage
from data.regular_file import check_regular

SUFFIXES = (".jpg", ".jpeg", ".png")
MAX_SOURCE_BYTES = 4_000_000_000  # of an archive, an array file, or all pictures of a folder
MAX_FILES = 200_000  # in a folder or an archive
MAX_LIST_BYTES = 64 * 2**20  # of the list of members at the end of an archive, about 300 bytes each
MAX_FILE_BYTES = 64 * 2**20  # no photograph is larger; an archive that claims one is a bomb
MAX_PACKED_RATIO = 100  # of one file: JPEG and PNG are compressed already, a zip hardly shrinks them further
MAX_UNPACKED_RATIO, FREE_UNPACKED = 4, 32 * 2**20  # of all files: times the archive's size, and bytes on top
SIGNATURES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")  # the first bytes of every JPEG and every PNG


@dataclass(frozen=True)
class ImageFile:
    """One file that may hold a picture: its name inside the source and how to read its bytes.

    `read` raises `UnreadableImage` with a reason fit for a list of skipped files.
    """

    name: str
    read: Callable[[], bytes]


@contextmanager
def image_files(source: Path) -> Iterator[list[ImageFile]]:
    """Open a folder or zip and list what has the name of a JPEG or PNG, sorted by name; close it afterwards.

    Raises `DataError` when the source is neither a folder nor a readable zip archive.
    """
    if source.is_dir():
        yield _folder_files(source)
        return
    with open_zip(source) as archive:
        yield _zip_files(archive, _Unpacking(source.stat().st_size))


def open_zip(source: Path) -> zipfile.ZipFile:
    """Open a zip archive whose list of members is plausible.

    Raises DataError for a file that is no zip, for a list that is too long, and for members that overlap: a bomb of a
    few kilobytes can list the same packed bytes a million times.
    """
    _check_list(source)
    try:
        archive = zipfile.ZipFile(source)
    except Exception as error:  # a damaged list fails in zipfile, struct, codecs or with an OSError
        raise DataError(
            f"{source}: expected a folder of pictures or a zip archive, but it does not open as a zip "
            f"({error}); if it is a download, delete it and fetch it again"
        ) from error
    members = archive.infolist()
    if len(members) > MAX_FILES:
        archive.close()
        raise DataError(f"{source}: the archive has {len(members):,} files; expected at most {MAX_FILES:,}")
    if sum(member.compress_size for member in members) > source.stat().st_size:
        archive.close()
        raise DataError(f"{source}: the files in the archive overlap (a zip bomb?)")
    return archive


def _check_list(source: Path) -> None:
    """Look at the size of the archive's list of members before zipfile reads all of it."""
    with source.open("rb") as file:
        file.seek(max(0, source.stat().st_size - 65_557))  # the record may be followed by a comment of 65,535 bytes
        end = file.read()
    start = end.rfind(b"PK\x05\x06")
    if 0 <= start <= len(end) - 22:
        (size,) = struct.unpack_from("<L", end, start + 12)
        if size > MAX_LIST_BYTES:
            raise DataError(f"{source}: the archive's list of files has {size:,} bytes (a zip bomb?)")


def source_bytes(source: Path) -> int:
    """The size of an archive or array file, or of all pictures of a folder.

    Raises DataError for a source that is missing, empty, no regular file, or larger than MAX_SOURCE_BYTES.
    """
    if not source.is_dir():
        return check_regular(source, MAX_SOURCE_BYTES)
    paths = _image_paths(source)
    if len(paths) > MAX_FILES:
        raise DataError(f"{source}: the folder has {len(paths):,} pictures; expected at most {MAX_FILES:,}")
    total = sum(path.stat().st_size for path in paths if path.is_file())
    if total > MAX_SOURCE_BYTES:
        raise DataError(f"{source}: the pictures have {total:,} bytes; expected at most {MAX_SOURCE_BYTES:,}")
    return total


def source_hash(source: Path) -> str:
    """SHA-256 of the content: of the file's bytes, or of the names and bytes of a folder's pictures.

    It depends on content and not on dates, so a folder that was copied to another machine keeps its prepared pictures
    and its place in the records. Reading 50 MB takes a fraction of a second.
    """
    digest = hashlib.sha256()
    if not source.is_dir():
        with source.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest()
    for file in _folder_files(source):
        try:
            content = file.read()
        except UnreadableImage as error:
            content = str(error).encode()
        # The length between name and content keeps "a" + "bc" apart from "ab" + "c".
        digest.update(f"{file.name}\0{len(content)}\0".encode(errors="surrogateescape"))
        digest.update(content)
    return digest.hexdigest()


def _has_image_name(name: str) -> bool:
    # macOS adds files such as `__MACOSX/._1.jpg` to archives; they hold no picture.
    return name.lower().endswith(SUFFIXES) and not name.rsplit("/", 1)[-1].startswith(".")


def _image_paths(folder: Path) -> list[Path]:
    # os.walk does not follow linked folders, so a link to a parent cannot make it run for ever.
    return [Path(parent, name) for parent, _, names in os.walk(folder) for name in names if _has_image_name(name)]


def _folder_files(folder: Path) -> list[ImageFile]:
    named = sorted((path.relative_to(folder).as_posix(), path) for path in _image_paths(folder))
    return [ImageFile(name, partial(_read_path, path)) for name, path in named]


class _Unpacking:
    """How many bytes the pictures of one archive may unpack to in all: they are compressed already."""

    def __init__(self, archive_bytes: int) -> None:
        self.left = FREE_UNPACKED + MAX_UNPACKED_RATIO * archive_bytes

    def spend(self, size: int) -> None:
        if size > self.left:
            raise UnreadableImage("the pictures unpack to many times the size of the archive (a zip bomb?)")
        self.left -= size


def _zip_files(archive: zipfile.ZipFile, unpacking: _Unpacking) -> list[ImageFile]:
    members = [member for member in archive.infolist() if _has_image_name(member.filename)]
    members.sort(key=lambda member: member.filename)
    return [ImageFile(member.filename, partial(_read_member, archive, member, unpacking)) for member in members]


def _read_path(path: Path) -> bytes:
    try:
        if not path.is_file():  # opening a pipe called face.jpg would wait without end
            raise UnreadableImage("not a regular file")
        _refuse_size(path.stat().st_size)
        return path.read_bytes()
    except OSError as error:
        raise UnreadableImage(f"cannot be read: {error.strerror or error}") from error


def _read_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, unpacking: _Unpacking) -> bytes:
    """Read one member, trusting none of what the archive declares about it."""
    if member.flag_bits & 0x1:
        raise UnreadableImage("encrypted in the archive")
    _refuse_size(member.file_size)
    if member.file_size > 2**20 and member.file_size > MAX_PACKED_RATIO * member.compress_size:
        raise UnreadableImage(f"a zip bomb? unpacks to {member.file_size:,} from {member.compress_size:,} bytes")
    try:
        with archive.open(member) as file:
            start = file.read(16)
            if not start.startswith(SIGNATURES):
                raise UnreadableImage("neither a JPEG nor a PNG inside")
            unpacking.spend(member.file_size)
            content = start + file.read(MAX_FILE_BYTES)
    except UnreadableImage:
        raise
    except Exception as error:  # a damaged archive fails in zlib, struct, zipfile or codecs: all mean one thing here
        raise UnreadableImage(f"damaged in the archive: {error}") from error
    _refuse_size(len(content))
    return content


def _refuse_size(size: int) -> None:
    if size == 0:
        raise UnreadableImage("empty file")
    if size > MAX_FILE_BYTES:
        raise UnreadableImage(f"{size:,} bytes, more than the {MAX_FILE_BYTES:,} that any picture needs")
