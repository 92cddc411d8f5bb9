"""Every numbered page of docs/ as a notebook, made from the same Markdown.

  python -m experiments notebooks                  write notebooks/*.ipynb, which git ignores
  python -m experiments notebooks --out /tmp/nb    write them elsewhere

Text stays text. A block with prompts becomes one cell for each example that shows something, without prompts and
without the outputs: running the cells makes them anew. The first cell makes the project importable and checks that
`autograd` is the package of this project. Needs jupytext (requirements-dev.txt).
"""

import argparse
import doctest
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data.atomic import write_bytes

from ..runs.folder import UsageError

DOCS = Path("docs")
BLOCK = re.compile(r"^```python( run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")
FIRST_CELL = """# Makes the project importable from wherever this notebook lies, and checks that `autograd` is ours.
import sys
from pathlib import Path

here = Path.cwd()
root = next((folder for folder in (here, *here.parents) if (folder / "autograd" / "node.py").is_file()), None)
if root is None:
    raise ModuleNotFoundError("put this notebook into the folder of the project, or into a folder below it")
sys.path.insert(0, str(root))
import autograd

if Path(autograd.__file__).resolve().parent != (root / "autograd").resolve():
    raise ImportError(f"another package called autograd was found: {autograd.__file__}: restart the kernel")
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("notebooks"), metavar="DIR", help="(%(default)s)")


def run(args: argparse.Namespace) -> None:
    pages = sorted(DOCS.glob("[0-9]*.md"))
    if not pages:
        raise UsageError(f"no pages found in {DOCS.resolve()}: run the command from the root of the project")
    for page in pages:
        path = args.out / f"{page.stem}.ipynb"
        write_bytes(path, json.dumps(notebook(page, args.out), indent=1, ensure_ascii=False).encode())
        print(path, flush=True)


def notebook(page: Path, folder: Path) -> dict[str, Any]:
    """The page as a notebook (nbformat 4) that is to lie in `folder`: links lead from there.

    Raises:
        UsageError: jupytext is not installed.
    """
    try:
        import jupytext
    except ModuleNotFoundError as error:
        raise UsageError("notebooks need jupytext: pip install -r requirements-dev.txt -c constraints.txt") from error
    text = page.read_text(encoding="utf-8")
    text = LINK.sub(lambda m: "](" + os.path.relpath(page.parent / m[1], folder).replace(os.sep, "/"), text)
    made = jupytext.reads(_cell(FIRST_CELL) + "\n" + BLOCK.sub(_as_cells, text), fmt="md")
    made.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    for i, cell in enumerate(made.cells):
        cell["id"] = f"cell-{i}"  # the same page, the same bytes
    return dict(made)


def _as_cells(block: re.Match[str]) -> str:
    is_listing, code = block.groups()
    if is_listing:
        return _cell(code)
    if ">>>" not in code:
        return f"```\n{code}```"  # a quotation, which is not run
    return "\n".join(_cell(source, fails) for source, fails in examples(code))


def examples(code: str) -> Iterator[tuple[str, bool]]:
    """The code of a block with prompts in pieces, each up to an example that shows something; and whether it raises."""
    waiting = ""
    for example in doctest.DocTestParser().get_examples(code):
        waiting += example.source
        if example.want:
            yield waiting, example.exc_msg is not None
            waiting = ""
    if waiting:
        yield waiting, False


def _cell(code, fails=False):
    tags = ' tags=["raises-exception"]' if fails else ""
    return f"```python{tags}\n{code}```\n"
