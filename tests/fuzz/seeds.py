"""Small good inputs to start from, and the pieces that each format is made of."""

import io
import json
import zipfile
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from autograd.tools import checkpoint
from rnn.classifier import SequenceClassifier
from rnn.trained import describe
from tests.data.covid.layouts import test_down, test_long
from tests.data.covid.test_damaged import PIECES
from tests.fakes.pictures import encoded
from tests.fakes.samples import PIVOT, SERIES

CORPUS = Path(__file__).parent / "corpus"
NUMBERS = [
    b"\0",
    b"\xff",
    b"\0\0\0\0",
    b"\xff\xff\xff\xff",
    b"\x7f\xff\xff\xff",
    b"\1\0\0\0",
    b"0",
    b"-1",
    b"1e999",
    b"9" * 30,
]
ZIP = [b"PK\1\2", b"PK\3\4", b"PK\5\6", b"PK\6\6", b"PK\6\7", b".png", b".npy", b"../", b"\x93NUMPY", b"\1\0", b"\2\0"]
NPY = [
    b"'descr'",
    b"'<f8'",
    b"'|O'",
    b"'|u1'",
    b"'shape'",
    b"(3,)",
    b"(10**9,)",
    b"True",
    b"False",
    b"{",
    b"}",
    b"(",
    b")",
    b"'",
]
JSON = [b"null", b"true", b"1e999", b"NaN", b"[", b"]", b"{", b"}", b'"', b"arrays/", b"/", b"\\ud800", b"-", b"0.5"]
IMAGE = [
    b"\xff\xd8",
    b"\xff\xda",
    b"\xff\xc2",
    b"\xff\xe1",
    b"\xff\xd9",
    b"IHDR",
    b"IDAT",
    b"PLTE",
    b"tRNS",
    b"eXIf",
    b"zTXt",
    b"iCCP",
    b"acTL",
]
WORDS = [
    b"rnn",
    b"vae",
    b"all",
    b"report",
    b"sample",
    b"predict",
    b"study",
    b"ablation",
    b"--data",
    b"--out",
    b"--quick",
    b"--resume",
    b"--force",
    b"--seeds",
    b"--epochs",
    b"--lengths",
    b"--latent",
    b"--kl-weights",
    b"--learning-rate",
    b"--threads",
    b"--help",
    b"--widths",
    b"--size",
    b"--images",
    b"--start",
    b"--cells",
    b"--n",
    b"--",
    b"-",
    b"=",
    b"1",
    b"0",
    b"-1",
    b"1e400",
    b"nan",
    b"99999999999999999999",
    b"x",
    b"",
    b"\xff",
    b"\x1b[31m",
    b"\xc3\xa9",
    b"%s",
    b"simulated",
    b"\n",
    b"--no-mirror",
    b"{}",
]


@cache
def seeds(target: str) -> tuple[bytes, ...]:
    """The good inputs of a target, and all that failed before."""
    texts = (PIVOT, SERIES, test_down.OWID, test_long.OWID, test_long.WHO, test_long.ECDC, test_long.KAGGLE)
    noise = Image.fromarray(np.random.default_rng(0).integers(0, 256, (20, 20, 3), dtype=np.uint8))
    pictures = [
        encoded(noise),
        encoded(noise, "JPEG"),
        encoded(noise, "JPEG", progressive=True),
        encoded(noise.convert("P")),
    ]
    pixels = np.asarray(noise)[None]
    good = {
        "covid": [*(text.encode() for text in texts), SERIES.encode("utf-16")],
        "picture": [*pictures, encoded(noise.convert("LA")), encoded(noise.convert("CMYK"), "JPEG")],
        "faces": [_zip({"a.png": pictures[0], "b.jpg": pictures[1]}), npy(pixels), _zip({"images.npy": npy(pixels)})],
        "cache": [_zip({"a.npy": npy(np.arange(3))})],
        "saved": [_checkpoint({"a": np.arange(3.0), "b": [1, None, {"c": "x"}]}), _checkpoint(_net())],
        "command": [
            b"\0".join(words) for words in ((b"rnn", b"--quick"), (b"vae", b"--latent", b"2", b"--widths", b"4", b"4"))
        ],
    }
    return (*good[target], *(path.read_bytes() for path in found(target)))


def found(target: str) -> list[Path]:
    """The inputs that failed once."""
    return sorted(CORPUS.glob(f"{target}-*"))


PARTS: dict[str, list[bytes]] = {
    "covid": PIECES,
    "picture": IMAGE + NUMBERS,
    "faces": ZIP + NPY + NUMBERS + IMAGE,
    "cache": ZIP + NPY + NUMBERS,
    "saved": ZIP + NPY + JSON + NUMBERS,
    "command": [b"\0" + word for word in WORDS] + WORDS,
}


def npy(array: np.ndarray) -> bytes:
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


def _zip(members: dict[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return stream.getvalue()


def _checkpoint(values: dict) -> bytes:
    arrays: dict[str, np.ndarray] = {}
    rest = checkpoint._take_arrays(values, "arrays", arrays)
    text = json.dumps({"format": checkpoint.FORMAT, "arrays": list(arrays), "values": rest}).encode()
    members = {"json.npy": npy(np.frombuffer(text, np.uint8))}
    return _zip(members | {f"{name}.npy": npy(array) for name, array in arrays.items()})


def _net() -> dict:
    net = SequenceClassifier("gru", 1, 2, 1, rng=np.random.default_rng(0))
    return {"classifier": describe(net, "gru", "log", 3, 2, 1)}
