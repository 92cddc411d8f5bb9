"""The folder of one run: what was asked, with what, and the results, none of them ever half-written.

`config.json` holds the study's name, the arguments that decide the results, the seed, the versions, the data's hash,
and the time and memory that the run took; what a run was begun with stays there when it is gone on with. A folder that
holds a run is not written to by another one by accident: `--resume` goes on with the same arguments, `--force` throws
the old run away first; either takes a run of the same study only, never a folder of anything else.
"""

import json
import os
import platform
import resource
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import autograd
from data.atomic import written_beside

CONFIG = "config.json"
# A setting that only this study has: it tells whose run it is where an older config.json has no "study".
OWN_SETTING = {"rnn": "cells", "vae": "kl_weights", "benchmark": "works"}


class UsageError(Exception):
    """The user's mistake, in one line: the command line prints it without a traceback and exits with status 2."""


class RunFolder:
    """A folder with a `config.json`, opened for writing.

    Args:
        path: the folder; made if it is not there.
        study: whose run it is, a key of `OWN_SETTING`.
        settings: the arguments that decide the results, as JSON values.
        resume, force: what to do about a run that is already there.
        data: what is read, as --data names it; it must not be thrown away.

    Raises:
        UsageError: the folder holds a run and neither `resume` nor `force` is given, or one with other settings
            is to be resumed, or it holds something else than a run of this study, or `force` would delete the data,
            or it cannot be made.
    """

    def __init__(
        self,
        path: Path,
        study: str,
        settings: dict[str, Any],
        *,
        resume: bool = False,
        force: bool = False,
        data: str | None = None,
    ):
        self.path = path
        before = saved_config(path, study)
        if before and force:
            self._clear(data)
            before = {}
        elif before and resume:
            self._check_same(settings, before)
        elif before:
            raise UsageError(f"--out {path}: holds a run already: --resume goes on with it, --force replaces it")
        try:
            path.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise UsageError(f"--out {path}: cannot be made ({error.strerror}): choose another folder") from None
        self._started = time.monotonic() - before.get("wall_seconds", 0.0)
        self.config: dict[str, Any] = {"study": study, **settings, "environment": environment(), "finished": False}
        if before:
            self._go_on_from(before)
        self.write_json(CONFIG, self.config)

    def _clear(self, data):
        if self.path.is_symlink():
            raise UsageError(f"--out {self.path}: is a link, which --force does not follow: give the folder itself")
        if data and Path(data).exists() and Path(data).resolve().is_relative_to(self.path.resolve()):
            raise UsageError(f"--data {data}: lies in --out {self.path}, which --force throws away: move it out first")
        shutil.rmtree(self.path)

    def _check_same(self, settings, before):
        for name, value in json.loads(json.dumps(settings)).items():
            if before.get(name) != value:
                raise UsageError(
                    f"--resume {self.path}: that run had {name} {_brief(before.get(name))}, now it is "
                    f"{_brief(value)}: give the same arguments, or --force to start again"
                )

    def _go_on_from(self, before):
        """Keep what the run was begun with, and add with what it goes on."""
        begun, now = before["environment"], self.config["environment"]
        differs = [name for name in ("commit", "numpy") if begun.get(name) != now[name]]
        if differs:
            told = (" and ".join(f"{name} {which.get(name)}" for name in differs) for which in (begun, now))
            print("warning: the run was begun with {}, and goes on with {}".format(*told), flush=True)
        taken = {name: before[name] for name in ("wall_seconds", "peak_memory_mb") if name in before}
        self.config |= {"environment": begun, "resumed": [*before.get("resumed", []), now], **taken}

    def write_json(self, name: str, value: Any) -> None:
        self.write_text(name, json.dumps(value, indent=2) + "\n")

    def write_csv(self, name: str, table: pd.DataFrame, **options: Any) -> None:
        self.write_text(name, table.to_csv(index=False, lineterminator="\n", **options))

    def write_text(self, name: str, text: str) -> None:
        with written_beside(self.path / name) as temporary:
            temporary.write_text(text, encoding="utf-8", newline="\n")

    def finish(self, **facts: Any) -> None:
        """Record that the run is complete, with what it took and any further facts."""
        self.config |= {**facts, "finished": True}
        self.record_cost()

    def record_cost(self) -> None:
        """Record the time and memory so far, of all calls that worked on the run together."""
        self.config["wall_seconds"] = round(time.monotonic() - self._started, 1)
        self.config["peak_memory_mb"] = round(max(peak_memory_mb(), self.config.get("peak_memory_mb", 0.0)), 1)
        self.write_json(CONFIG, self.config)


def saved_config(path: Path, study: str) -> dict[str, Any]:
    """The config.json of the run of `study` in the folder `path`; empty where there is no folder or nothing in it.

    Raises:
        UsageError: it is a file, or the folder holds something else.
    """
    if path.is_file():
        raise UsageError(f"--out {path}: is a file, expected a folder")
    if not path.is_dir() or not any(path.iterdir()):
        return {}
    if not (path / CONFIG).is_file():
        raise UsageError(f"--out {path}: holds files but no run (no {CONFIG}): choose another folder")
    config = read_json(path / CONFIG)
    if not {"environment", "finished"} <= config.keys():
        raise UsageError(f"--out {path}: its {CONFIG} is not that of a run: choose another folder")
    if OWN_SETTING[study] not in config and config.get("study") != study:
        raise UsageError(f"--out {path}: holds a run of another study, not of {study}: choose another folder")
    return config


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object in a file of a run folder; UsageError if it is missing or damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UsageError(f"{path}: no such file: is {path.parent} a run folder?") from None
    except (ValueError, OSError) as error:
        raise UsageError(f"{path}: cannot be read ({error}): delete the run or choose another folder") from None
    if not isinstance(content, dict):
        raise UsageError(f"{path}: holds no JSON object: is {path.parent} a run folder?")
    return content


def environment() -> dict[str, Any]:
    """What a result may depend on besides the arguments: versions, BLAS, cores, the commit of the code."""
    blas = np.show_config(mode="dicts")["Build Dependencies"]["blas"]
    return {
        "command": shlex.join(["python", "-m", "experiments", *sys.argv[1:]]),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "pandas": pd.__version__,
        "blas": f"{blas['name']} {blas['version']}",
        "cores": os.cpu_count(),
        "threads": autograd.get_threads(),
        "host": platform.node(),
        "machine": f"{platform.system()} {platform.machine()}",
        "commit": _git_commit(),
    }


def peak_memory_mb() -> float:
    """The most memory that this process or one of its children held at once, in MB."""
    unit = 1e6 if sys.platform == "darwin" else 1e3  # ru_maxrss is in bytes there and in kilobytes here
    return max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) / unit


def _git_commit() -> str | None:
    root = Path(__file__).resolve().parent.parent
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "describe", "--always", "--dirty", "--abbrev=12"],
            capture_output=True, text=True, timeout=10, check=True,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return None
    return answer.stdout.strip()


def _brief(value) -> str:
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:57] + "..."
