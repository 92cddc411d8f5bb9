"""What a hostile input is, and how a reader is judged on it: in a fork, with a limit on time and memory."""

import contextlib
import json
import os
import resource
import shutil
import signal
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.torture.process import limit

MAX_SECONDS = 30  # of processor time for one input; the promise is 10 on an idle machine
MAX_BYTES = 1_000_000_000  # on top of what the loaded modules take


@dataclass(frozen=True)
class Input:
    """One file.

    name      what is hostile about it
    file      the name of the file; readers look at its suffix
    content   its bytes, or what makes it at a path: a pipe, a link, a folder
    right     gives what is wrong with the result, if it is read; by default nothing is
    """

    name: str
    file: str
    content: bytes | Callable[[Path], object]
    right: Callable[[Any], str] = lambda result: ""

    def write(self, folder: Path) -> Path:
        path = folder / self.file
        if isinstance(self.content, bytes):
            path.write_bytes(self.content)
        else:
            self.content(path)
        return path


def judge(inputs: Iterable[Input], read: Callable[[Path], Any], refuses: tuple[type[Exception], ...]) -> dict[str, str]:
    """What is wrong with each input's reading, by its name; empty texts for the good ones.

    Args:
        read: the reader, which raises one of `refuses` with a message of one line for what it does not take.
    """
    wanted = list(inputs)
    with tempfile.TemporaryDirectory() as folder:
        record = Path(folder) / "record"
        child = os.fork()
        if child == 0:
            with contextlib.suppress(BaseException):
                _judge_all(wanted, read, refuses, Path(folder), record)
            os._exit(0)
        os.waitpid(child, 0)
        lines = record.read_text(encoding="utf-8").splitlines() if record.exists() else []
    judged = dict(json.loads(line) for line in lines)
    missing = [each.name for each in wanted if each.name not in judged]
    return (
        {each.name: judged.get(each.name, f"the reader was killed at {missing[0]}") for each in wanted}
        if missing
        else judged
    )


def _judge_all(wanted, read, refuses, folder, record) -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)
    signal.signal(signal.SIGPROF, _too_slow)
    limit(resource.RLIMIT_AS, _address_space() + MAX_BYTES)
    for number, each in enumerate(wanted):
        place = folder / str(number)
        place.mkdir()
        path = each.write(place)
        signal.setitimer(signal.ITIMER_PROF, MAX_SECONDS)
        said = _judge(each, path, read, refuses)
        signal.setitimer(signal.ITIMER_PROF, 0)
        shutil.rmtree(place, ignore_errors=True)
        with record.open("a", encoding="utf-8") as file:
            file.write(json.dumps([each.name, said]) + "\n")


def _judge(each: Input, path: Path, read, refuses) -> str:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            result = read(path)
    except refuses as error:
        text = str(error)
        return "" if text.isprintable() and text else f"the message is not one printable line: {text!r}"
    except BaseException as error:
        where = traceback.extract_tb(error.__traceback__)[-1]
        return f"{type(error).__name__}: {error} ({Path(where.filename).name}:{where.lineno})"
    return each.right(result)


def _too_slow(*_) -> None:
    raise TimeoutError(f"it takes more than {MAX_SECONDS} s of processor time")


def _address_space() -> int:
    """Bytes of virtual memory that this process has."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    return pages * resource.getpagesize()
