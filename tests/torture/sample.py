"""Two small finished runs to compare with, and the commands that make them quickly.

Training takes milliseconds at this size, drawing seconds. So what a study draws is recorded once and written again from
the record: the same files in the same order, through the same functions, hence the same operations to be killed at.
"""

import functools
import io
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image

from data.atomic import write_bytes
from data.faces.choose import resolve_faces
from experiments import style
from experiments.rnn import study as rnn
from experiments.vae import study as vae
from tests.torture.process import Ended, contents, run

COMMANDS = {
    "rnn": [
        *("rnn", "--data", "simulated", "--seeds", "1", "--epochs", "1", "--cells", "gru", "--lengths", "3"),
        *("--splits", "country", "--jobs", "1", "--hidden", "4"),
    ],
    "vae": [
        *("vae", "--data", "drawn", "--quick", "--images", "36", "--epochs", "2", "--kl-weights", "1"),
        *("--threads", "1", "--latent", "2", "--widths", "4", "4", "4"),
    ],
}
VARIABLE = ("environment", "resumed", "wall_seconds", "peak_memory_mb", "seconds_per_epoch", "checksum")


@dataclass(frozen=True)
class Sample:
    """The finished run of a study: its folder, its files as they must be, and what to do before its command."""

    study: str
    folder: Path
    files: dict[str, bytes]
    drawn: dict[str, bytes]
    cache: Path

    def command(self, out: Path, *flags: str) -> list[str]:
        return [*COMMANDS[self.study], "--out", str(out), *flags]

    def prepare(self) -> None:
        """In a fork: draw from the record, and keep prepared faces in a folder of the torture's own."""
        _cheap(self.cache)

        def again(folder: Path) -> str:
            for name, content in self.drawn.items():
                write_bytes(folder / name, content)
            return "drawn from the record"

        {"rnn": rnn, "vae": vae}[self.study].redraw = again

    def run(self, out: Path, *flags: str, before: Callable[[], None] = lambda: None, **options) -> Ended:
        """Run the study's command."""

        def both() -> None:
            self.prepare()
            before()

        return run(self.command(out, *flags), both, **options)

    def difference(self, folder: Path) -> str:
        """How a folder differs from the finished run; empty if it does not."""
        found = comparable(contents(folder))
        if found == self.files:
            return ""
        names = sorted(name for name in found.keys() | self.files if found.get(name) != self.files.get(name))
        return f"{len(names)} files differ from those of a run that was not disturbed: {', '.join(names[:4])}"


def comparable(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a run, config.json without what time and machine decide."""
    config = json.loads(files["config.json"]) if "config.json" in files else {}
    rest = {name: value for name, value in config.items() if name not in VARIABLE}
    return {**files, "config.json": json.dumps(rest, sort_keys=True).encode()}


def make_sample(study: str, folder: Path) -> Sample:
    """Run a study to its end, and record what it draws."""
    out, record = folder / study, folder / f"{study}.record"
    cache = folder / "cache"

    def before() -> None:
        _cheap(cache)
        module = {"rnn": rnn, "vae": vae}[study]
        draw = module.redraw

        def recorded(path: Path) -> str:
            there = contents(path)
            said = draw(path)
            record.write_text(json.dumps([name for name in contents(path) if name not in there]))
            return said

        module.redraw = recorded

    ended = run([*COMMANDS[study], "--out", str(out)], before)
    if ended.status != 0:
        raise RuntimeError(f"the sample run of {study} failed: {ended.err}")
    files = contents(out)
    drawn = {name: files[name] for name in json.loads(record.read_text())}
    return Sample(study, out, comparable(files), drawn, cache)


def _cheap(cache: Path) -> None:
    """In a fork: save a blank picture where a figure would be computed."""
    picture = io.BytesIO()
    Image.new("RGB", (16, 16)).save(picture, "PNG")
    style.write_png = lambda figure, path: write_bytes(path, picture.getvalue())
    vae.resolve_faces = functools.partial(resolve_faces, cache=cache)
