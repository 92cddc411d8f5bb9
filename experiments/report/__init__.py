"""One page of results: both studies, item by item, with figures, numbers, discussion and commands.

Made from the run folders alone, so it can be made again at any time; the same folders give the same bytes. The page
is one file that needs no network: pictures are inlined, the world map answers the mouse and the finger.

  python -m experiments report                          runs/rnn and runs/vae -> report/
  python -m experiments report /tmp/look --out page     another folder of runs
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from experiments.report import autoencoder, recurrent, results_md
from experiments.report.page import page
from experiments.report.study import Study, missing_study
from experiments.run_folder import CONFIG, UsageError, read_json, written_beside

__all__ = ["add_arguments", "run"]

STUDIES: dict[str, Callable[[Path], Study]] = {"rnn": recurrent.study, "vae": autoencoder.study}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", type=Path, nargs="?", default=Path("runs"), metavar="DIR",
        help="folder that holds the runs rnn/ and vae/ (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("report"), metavar="DIR", help="folder (%(default)s)")


def run(args: argparse.Namespace) -> None:
    studies = [_study(name, args.runs / name) for name in STUDIES]
    if not any(study.items for study in studies):
        reasons = "; ".join(study.missing for study in studies)
        raise UsageError(f"{args.runs}: no finished run to report: {reasons}")
    if args.out.exists() and not args.out.is_dir():
        raise UsageError(f"--out {args.out}: is a file, expected a folder")
    for study in studies:
        for table in study.tables:
            _write(args.out / "csv" / study.name / table.name, table.read_bytes())
    _write(args.out / "RESULTS.md", results_md.results(studies).encode())
    _write(args.out / "index.html", page(studies).encode())
    print(f"the results are in {args.out / 'index.html'}")


def _study(name: str, folder: Path) -> Study:
    """The study of a run folder, or what the page says in its place."""
    if not (folder / CONFIG).is_file():
        return missing_study(name, f"there is no run in {folder}")
    if not read_json(folder / CONFIG).get("finished", True):
        return missing_study(name, f"the run in {folder} has not finished; --resume goes on with it")
    return STUDIES[name](folder)


def _write(path: Path, content: bytes) -> None:
    with written_beside(path) as temporary:
        temporary.write_bytes(content)
