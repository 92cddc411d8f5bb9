"""One page of results: both studies, item by item, with figures, numbers, discussion and commands.

Made from the run folders alone, so it can be made again at any time; the same folders give the same bytes. The page
is one file that needs no network: pictures, data and scripts are inside it. The world map shows a country's numbers
under the mouse, and the trained networks run in the page.

  python -m experiments report                          runs/rnn and runs/vae -> report/
  python -m experiments report /tmp/look --out page     another folder of runs
"""

import argparse
from collections.abc import Callable
from pathlib import Path

from data.atomic import visible_files, write_bytes
from experiments.page import results_md
from experiments.page.html_page import page
from experiments.page.study import Study, missing_study
from experiments.rnn import page as recurrent
from experiments.runs.folder import UsageError
from experiments.runs.saved import CONFIG, read_config
from experiments.vae import page as autoencoder

__all__ = ["add_arguments", "run", "write_report"]

STUDIES: dict[str, Callable[[Path], Study]] = {"rnn": recurrent.study, "vae": autoencoder.study}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "runs", type=Path, nargs="?", default=Path("runs"), metavar="DIR",
        help="folder that holds the runs rnn/ and vae/ (%(default)s)",
    )  # fmt: skip
    parser.add_argument("--out", type=Path, default=Path("report"), metavar="DIR", help="folder (%(default)s)")


def run(args: argparse.Namespace) -> None:
    path = write_report(args.runs, args.out)
    print(f"the results are in {path} ({path.stat().st_size / 1e6:.1f} MB)")


def write_report(runs: Path, out: Path) -> Path:
    """Write index.html, RESULTS.md and the folder csv into ``out``; return the path of the page.

    Args:
        runs: folder that holds run folders named as in `STUDIES`; the page says which one is missing or unfinished.

    Raises:
        UsageError: there is no finished run at all, a figure of a run is damaged, or ``out`` is a file.
        DataError: a table of a run is damaged.
    """
    studies = [_study(name, runs / name) for name in STUDIES]
    if not any(study.items for study in studies):
        raise UsageError(f"{runs}: no finished run to report: {'; '.join(study.missing for study in studies)}")
    if out.exists() and not out.is_dir():
        raise UsageError(f"--out {out}: is a file, expected a folder")
    files = {"index.html": page(studies), "RESULTS.md": results_md.results(studies)}
    for name, text in files.items():
        write_bytes(out / name, text.encode())
    for study in studies:
        _copy_tables(study, out / "csv" / study.name)
    return out / "index.html"


def _study(name: str, folder: Path) -> Study:
    """The study of a run folder, or the reason why there is none."""
    if not (folder / CONFIG).is_file():
        return missing_study(name, f"there is no run in {folder}")
    if not read_config(folder, name)["finished"]:
        return missing_study(name, f"the run in {folder} has not finished; --resume continues it")
    return STUDIES[name](folder)


def _copy_tables(study: Study, folder: Path) -> None:
    """Copy the study's tables, and delete those of an earlier report."""
    for table in study.tables:
        write_bytes(folder / table.name, table.read_bytes())
    for path in visible_files(folder, "*.csv"):
        if path.name not in {table.name for table in study.tables}:
            path.unlink()
