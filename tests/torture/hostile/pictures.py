"""Hostile pictures, folders and archives of them, and saved arrays."""

import io
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from data.faces.load import Faces, load_faces
from tests.fakes.pictures import encoded, picture, png_header
from tests.torture.hostile.inputs import Input

SIZE = 16
NOISE = np.random.default_rng(0).integers(0, 256, (40, 40, 3), dtype=np.uint8)
PNG = encoded(Image.fromarray(NOISE))
JPEG = encoded(Image.fromarray(NOISE), "JPEG")
PROGRESSIVE = encoded(Image.fromarray(NOISE), "JPEG", progressive=True)


def inputs() -> Iterator[Input]:
    for name, (suffix, content) in _pictures().items():
        yield Input(f"a folder with {name}", f"folder-of{suffix}", _in_folder(f"a{suffix}", content), is_a_set)
        yield Input(f"a zip with {name}", "faces.zip", zipped({f"a{suffix}": content, "b.png": PNG}), has_the_good_one)
    yield from _archives()
    yield from _arrays()
    yield from _places()


def read(path: Path) -> Faces:
    return load_faces(path, SIZE, cache=None)


def is_a_set(faces: Faces) -> str:
    if faces.images.shape != (len(faces.names), SIZE, SIZE, 3) or faces.images.dtype != np.uint8 or not len(faces):
        return f"pictures {faces.images.shape} {faces.images.dtype} with {len(faces.names)} names"
    words = (*faces.names, *(text for pair in faces.skipped for text in pair), faces.describe())
    return "" if all(word.isprintable() for word in words) else "a name that a terminal would obey"


def has_the_good_one(faces: Faces) -> str:
    """A bad picture costs itself only."""
    return is_a_set(faces) or ("" if "b.png" in faces.names else "the good picture beside it is lost")


def zipped(members: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _in_folder(name: str, content: bytes):
    def make(path: Path) -> None:
        path.mkdir()
        (path / name).write_bytes(content)

    return make


def _chunk(kind: bytes, body: bytes, sum_is_right: bool = True) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body) ^ (not sum_is_right))


def _with_chunk(kind: bytes, body: bytes, **options: bool) -> bytes:
    """The good PNG with a chunk behind its header."""
    return PNG[:33] + _chunk(kind, body, **options) + PNG[33:]


def _pictures() -> dict[str, tuple[str, bytes]]:
    flat = encoded(Image.new("1", (5000, 5000)))
    scans = PROGRESSIVE[: PROGRESSIVE.rindex(b"\xff\xda")]
    last = PROGRESSIVE[PROGRESSIVE.rindex(b"\xff\xda") : -2]
    named: dict[str, tuple[str, bytes]] = {
        f"a {mode} picture": (".png", encoded(picture(mode=mode))) for mode in ("1", "L", "LA", "P", "RGBA", "I;16")
    }
    named |= {f"a JPEG in {mode}": (".jpg", encoded(picture(mode=mode), "JPEG")) for mode in ("L", "CMYK", "RGB")}
    named |= {
        f"a {w} x {h} picture": (".png", encoded(picture(width=w, height=h)))
        for w, h in ((1, 1), (1, 5000), (5000, 1), (15, 16), (16, 16), (16, 4000))
    }
    named |= {
        f"a PNG that claims {w} x {h}": (".png", png_header(w, h))
        for w, h in ((0, 0), (1, 2**31 - 1), (2**31 - 1, 2**31 - 1), (2**32 - 1, 1), (50_000, 50_000), (5000, 5000))
    }
    named |= {f"a PNG cut at {share:.0%}": (".png", PNG[: int(len(PNG) * share)]) for share in (0.01, 0.1, 0.5, 0.99)}
    named |= {
        f"a JPEG cut at {share:.0%}": (".jpg", JPEG[: int(len(JPEG) * share)]) for share in (0.01, 0.1, 0.5, 0.99)
    }
    named |= {
        "no bytes": (".png", b""),
        "text": (".jpg", b"a picture of a face"),
        "a GIF": (".png", encoded(picture(), "GIF")),
        "a BMP": (".jpg", encoded(picture(), "BMP")),
        "a TIFF": (".jpg", encoded(picture(), "TIFF")),
        "a PostScript file": (".png", b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n"),
        "an SVG": (".png", b'<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>'),
        "a JPEG called PNG": (".png", JPEG),
        "a flat picture of 25 megapixels": (".png", flat),
        "a JPEG of 2,000 scans": (".jpg", scans + last * 2000 + b"\xff\xd9"),
        "a JPEG of padding": (".jpg", b"\xff\xd8" + b"\xff" * 3_000_000 + JPEG[2:]),
        "a JPEG of empty segments": (".jpg", b"\xff\xd8" + b"\xff\xe0\0\2" * 500_000 + JPEG[2:]),
        "a JPEG header alone": (".jpg", b"\xff\xd8\xff"),
        "a JPEG of zeros": (".jpg", b"\xff\xd8\xff" + b"\0" * 100_000),
        "a JPEG without tables": (".jpg", JPEG.replace(b"\xff\xdb", b"\xff\xec")),
        "a JPEG that claims 65,535 pixels a side": (".jpg", _claims(JPEG, 65_535, 65_535)),
        "a PNG with a false sum": (".png", PNG[:40] + bytes([PNG[40] ^ 1]) + PNG[41:]),
        "a PNG with packed text of 100 MB": (
            ".png",
            _with_chunk(b"zTXt", b"a\0\0" + zlib.compress(b"0" * 10**8, 1)),
        ),
        "a PNG with a colour profile of 100 MB": (
            ".png",
            _with_chunk(b"iCCP", b"a\0\0" + zlib.compress(b"0" * 10**8, 1)),
        ),
        "a PNG with broken EXIF": (".png", _with_chunk(b"eXIf", b"MM\0*" + b"\xff" * 40)),
        "a PNG with an unknown chunk": (".png", _with_chunk(b"abCd", b"x" * 100)),
        "a PNG with an unknown chunk that is critical": (".png", _with_chunk(b"ABCD", b"x" * 100)),
        "a PNG with two headers": (".png", PNG[:33] + PNG[8:]),
        "a PNG with a chunk of 2 GB": (".png", PNG[:33] + struct.pack(">I", 2**31 - 1) + b"IDAT"),
        "an animated PNG": (".png", encoded(picture(), save_all=True, append_images=[picture(i) for i in range(30)])),
        "a PNG turned by EXIF": (".png", encoded(picture(), exif=_turned(8))),
        "a PNG turned by a number that is none": (".png", encoded(picture(), exif=_turned(99))),
    }
    return named


def _claims(jpeg: bytes, width: int, height: int) -> bytes:
    start = jpeg.index(b"\xff\xc0") + 5
    return jpeg[:start] + struct.pack(">HH", height, width) + jpeg[start + 4 :]


def _turned(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _archives() -> Iterator[Input]:
    good = zipped({"a.png": PNG, "b.png": PNG}, zipfile.ZIP_STORED)
    names = [
        "../../b.png",
        "/etc/b.png",
        "C:\\b.png",
        "a\nb.png",
        "a\x1b[31m.png",
        "\u202egnp.png",
        "x" * 60_000 + ".png",
        "con.png",
        "a/../b.png",
        ".png",
        "//b.png",
        "b.PNG",
        "日本.png",
        "\udcff.png".encode("utf-8", "surrogatepass").decode("latin-1"),
    ]
    for name in names:
        yield Input(f"a member called {name[:20]!r}", "z.zip", zipped({name: PNG, "good.png": PNG}), is_a_set)
    end = good.rindex(b"PK\5\6")
    directory = good.index(b"PK\1\2")
    for name, content in {
        "no members": zipped({}),
        "no pictures": zipped({"a.txt": b"a"}),
        "an archive within": zipped({"inner.zip": good}),
        "the end cut off": good[:-10],
        "half": good[: len(good) // 2],
        "the first half gone": good[len(good) // 2 :],
        "bytes before it": b"x" * 1000 + good,
        "bytes behind it": good + b"x" * 1000,
        "a million members claimed": good[: end + 8] + b"\xff" * 4 + good[end + 12 :],
        "a list of 4 GB": good[: end + 12] + b"\xff" * 4 + good[end + 16 :],
        "a list far away": good[: end + 16] + b"\xff" * 4 + good[end + 20 :],
        "another version": good[: directory + 6] + b"\xff\xff" + good[directory + 8 :],
        "a packing that is unknown": good[: directory + 10] + b"\x63\0" + good[directory + 12 :],
        "encryption": good[: directory + 8] + b"\1\0" + good[directory + 10 :],
        "members of 4 GB claimed": good[: directory + 20] + b"\xff" * 8 + good[directory + 28 :],
        "members at the same place": _overlapping(200),
        "100,000 members": _later(lambda: zipped({f"{i}.txt": b"" for i in range(100_000)}, zipfile.ZIP_STORED)),
        "5,000 broken pictures": zipped({f"{i}.png": b"\x89PNG\r\n\x1a\n" for i in range(5000)}),
        "a bomb of one picture": zipped({"a.png": b"\x89PNG\r\n\x1a\n" + b"\0" * 60_000_000, "b.png": PNG}),
        "bombs of many pictures": _later(lambda: zipped({f"{i}.png": PNG[:8] + b"\0" * 900_000 for i in range(200)})),
        "lzma": zipped({"a.png": PNG}, zipfile.ZIP_LZMA),
        "bzip2": zipped({"a.png": PNG}, zipfile.ZIP_BZIP2),
        "the same name twice": _twice(),
        "text": b"no archive at all",
        "an empty file": b"",
        "a mark alone": b"PK\5\6",
        "marks alone": b"PK\5\6" * 1000,
        "random bytes behind a mark": b"PK\3\4" + np.random.default_rng(1).bytes(3000),
    }.items():
        yield Input(f"an archive: {name}", "z.zip", content, is_a_set)


def _later(make: Callable[[], bytes]) -> Callable[[Path], object]:
    """Content that takes a second to make, made when it is asked for."""
    return lambda path: path.write_bytes(make())


def _overlapping(count: int) -> bytes:
    """A list of members that all point to the first one's bytes."""
    good = zipped({"a.png": PNG}, zipfile.ZIP_STORED)
    start, end = good.index(b"PK\1\2"), good.index(b"PK\5\6")
    listed = good[start:end] * count
    counts = struct.pack("<HHLLH", count, count, len(listed), start, 0)
    return good[:start] + listed + b"PK\5\6\0\0\0\0" + counts


def _twice() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("a.png", PNG)
        archive.fp.write(b"")  # type: ignore[union-attr]
        archive.writestr(zipfile.ZipInfo("b.png"), PNG)
    return stream.getvalue().replace(b"b.png", b"a.png")


def _npy(array: np.ndarray, **options) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


def _header(text: str, body: bytes = b"", version: bytes = b"\1\0") -> bytes:
    packed = text.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + version + struct.pack("<H", len(packed)) + packed + body


def _arrays() -> Iterator[Input]:
    good = NOISE[None].repeat(3, 0)
    described = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 40, 40, 3)}"
    arrays = {
        "floats": good / 255.0,
        "floats too large": good * 1.0,
        "negative": good.astype(np.int16) - 300,
        "nan": np.full(good.shape, np.nan),
        "infinity": np.full(good.shape, np.inf),
        "complex": good * 1j,
        "text": np.array(["a"] * 9),
        "dates": good.astype("M8[s]"),
        "true or false": good > 9,
        "one number": np.array(3),
        "no pictures": good[:0],
        "no pixels": good[:, :0],
        "two channels": good[..., :2],
        "channels first": good.transpose(0, 3, 1, 2),
        "tiny pictures": good[:, :4, :4],
        "grey": good[..., 0],
        "in Fortran order": np.asfortranarray(good),
        "big-endian": good.astype(">u2"),
        "records": np.zeros(4, [("a", "u1"), ("b", "f8")]),
        "64 dimensions": np.zeros((1,) * 32),
        "half floats": (good / 255.0).astype(np.float16),
        "long doubles": (good / 255.0).astype(np.longdouble),
    }
    for name, array in arrays.items():
        yield Input(f"an array of {name}", "a.npy", _npy(array), is_a_set)
        yield Input(f"a packed array of {name}", "a.npz", zipped({"images.npy": _npy(array)}), is_a_set)
    body = good.tobytes()
    headers = {
        "a right header": (described, body),
        "no body": (described, b""),
        "a body too short": (described, body[:-1]),
        "a body too long": (described, body * 2),
        "terabytes": (described.replace("(3,", "(10**9,"), body),
        "a shape of terabytes": (described.replace("(3,", f"({10**12},"), body),
        "a shape of 10^400": (described.replace("(3,", f"({10**400},"), body),
        "a negative shape": (described.replace("(3,", "(-3,"), body),
        "a shape of zeros and 2^62": (described.replace("(3, 40", f"(0, {2**62}"), body),
        "objects": (described.replace("|u1", "|O"), body),
        "an unknown kind": (described.replace("|u1", "|Q9"), body),
        "records of records": (described.replace("'|u1'", "[('a', [('b', '<f8', (9, 9))])]"), body),
        "strings of a gigabyte": (described.replace("|u1", "|S1000000000"), body),
        "code": ("__import__('os').system('true')", body),
        "no dict": ("[1, 2, 3]", body),
        "an open bracket": ("{'descr': (", body),
        "deep brackets": ("(" * 5000 + ")" * 5000, body),
        "deep minus signs": ("-" * 9000 + "1", body),
        "a null": ("{\0}", body),
        "a key too many": (described.replace("{", "{'more': 1, "), body),
        "a shape of text": (described.replace("(3, 40, 40, 3)", "'3'"), body),
        "a long number": (described.replace("(3,", "(" + "9" * 9000 + ","), body),
        "an indent": ("  {\n\t}", body),
    }
    for name, (text, rest) in headers.items():
        yield Input(f"an array header with {name}", "a.npy", _header(text, rest), is_a_set)
        yield Input(
            f"a packed array header with {name}", "a.npz", zipped({"images.npy": _header(text, rest)}), is_a_set
        )
    for name, content in {
        "version 9": _header(described, body, b"\x09\0"),
        "a mark alone": b"\x93NUMPY",
        "no bytes": b"",
        "text": b"abc",
        "a pickle": b"\x80\x04\x8c\x02os\x94.",
        "a length of 64 kB": b"\x93NUMPY\1\0\xff\xff{",
        "a PNG": PNG,
        "pickled objects": _npy(np.array([{"a": 1}]), allow_pickle=True),
    }.items():
        yield Input(f"an array file that is {name}", "a.npy", content, is_a_set)
        yield Input(f"a packed array file that is {name}", "a.npz", content, is_a_set)
    yield Input(
        "a packed array of 420 MB",
        "a.npz",
        _later(lambda: zipped({"images.npy": _header(described, b"\0" * 420_000_000)})),
        is_a_set,
    )
    yield Input("two packed arrays", "a.npz", zipped({"a.npy": _npy(good), "b.npy": _npy(good)}), is_a_set)
    yield Input("a packed text", "a.npz", zipped({"images": b"text"}), is_a_set)
    yield Input(
        "a packed text beside an array", "a.npz", zipped({"images.npy": b"text", "a.npy": _npy(good)}), is_a_set
    )


def _pipes(path: Path) -> None:
    path.mkdir()
    os.mkfifo(path / "a.png")
    (path / "b.png").write_bytes(PNG)


def _circles(path: Path) -> None:
    path.mkdir()
    (path / "up").symlink_to("..")
    (path / "a.png").symlink_to("a.png")
    (path / "b.png").write_bytes(PNG)


def _deep(path: Path) -> None:
    path.mkdir()
    deep = path.joinpath(*["d"] * 900)
    deep.mkdir(parents=True)
    (path / "b.png").write_bytes(PNG)


def _odd_names(path: Path) -> None:
    path.mkdir()
    for name in (b"\xff\xfe.png", b"a\nb.png", b"\x1b[31m.png", b"b.png", b"-rf.png", b"$(true).png"):
        with open(os.fsencode(path) + b"/" + name, "wb") as file:
            file.write(PNG)


def _places() -> Iterator[Input]:
    folders = {
        "pipes": _pipes,
        "links in circles": _circles,
        "900 folders in each other": _deep,
        "odd names": _odd_names,
    }
    for name, make in folders.items():
        yield Input(f"a folder with {name}", "faces", make, has_the_good_one)
    others = {
        "a pipe": os.mkfifo,
        "an empty folder": Path.mkdir,
        "nothing": lambda path: None,
        "a link in a circle": lambda path: path.symlink_to(path.name),
        "a link to /dev/zero": lambda path: path.symlink_to("/dev/zero"),
    }
    for name, make_other in others.items():
        for suffix in (".zip", ".npy", ".npz", ""):
            yield Input(f"{name} called {suffix or 'faces'}", f"faces{suffix}", make_other)
