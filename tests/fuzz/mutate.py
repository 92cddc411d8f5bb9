"""Damage as a careless program or an attacker does it. Archives are damaged outside, or inside with right checksums."""

import io
import random
import zipfile
from contextlib import suppress

MAX_BYTES = 20_000


def mutated(seeds: tuple[bytes, ...], parts: list[bytes], rng: random.Random) -> bytes:
    """One of the seeds with one to six spots changed."""
    content = rng.choice(seeds)
    if content.startswith(b"PK") and rng.random() < 0.6:
        with suppress(Exception):  # a seed may be an archive that is broken already
            return _inside(content, parts, rng)
    return _damaged(content, seeds, parts, rng)


def _damaged(content: bytes, seeds: tuple[bytes, ...], parts: list[bytes], rng: random.Random) -> bytes:
    text = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 3, 6))):
        start = rng.randrange(len(text) + 1)
        end = min(len(text), start + rng.choice((0, 0, 1, 2, 4, 20, 200)))
        kind = rng.randrange(6)
        if kind == 0 and text:
            text[min(start, len(text) - 1)] ^= 1 << rng.randrange(8)
        elif kind <= 2:
            text[start:end] = rng.choice(parts)
        elif kind == 3:
            text[start:start] = text[end : end + rng.choice((1, 10, 100))] * rng.choice((1, 2, 30))
        elif kind == 4:
            del text[start:end]
        else:
            other = rng.choice(seeds)
            cut = rng.randrange(len(other) + 1)
            text[start:] = other[cut:]
    return bytes(text[:MAX_BYTES])


def _inside(content: bytes, parts: list[bytes], rng: random.Random) -> bytes:
    """An archive with one of its members damaged, lost or renamed."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = [(member.filename, archive.read(member)) for member in archive.infolist()]
    number = rng.randrange(len(members))
    name, inner = members[number]
    kind = rng.randrange(8)
    if kind == 0:
        del members[number]
    elif kind == 1:
        members[number] = (_damaged(name.encode(), (name.encode(),), parts, rng).decode("latin-1") or "x", inner)
    else:
        members[number] = (name, _damaged(inner, tuple(each for _, each in members), parts, rng))
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", rng.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))) as archive:
        for name, inner in members:
            archive.writestr(zipfile.ZipInfo(name.replace("\0", "_")), inner)
    return stream.getvalue()
