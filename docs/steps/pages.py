"""Make the page of each step from its file: the docstring as text, then what is new beside the step before.

python docs/steps/pages.py          write the pages
"""

import ast
import difflib
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
STEPS = sorted(HERE.glob("step*.py"))


def parts(path):
    """(title, text, code) of a step."""
    source = path.read_text(encoding="utf-8")
    module = ast.parse(source)
    title, _, text = ast.get_docstring(module).partition("\n")
    return title, text.strip("\n"), "\n".join(source.split("\n")[module.body[0].end_lineno :]).strip()


def difference(before, code):
    """The code as a diff to the step before, or None where most of it is new: then it is read as it stands."""
    old, new = before.split("\n"), code.split("\n")
    if difflib.SequenceMatcher(None, old, new, autojunk=False).ratio() < 0.4:
        return None
    lines = list(difflib.unified_diff(old, new, lineterm="", n=2))[2:]
    return "\n".join("@@" if line.startswith("@@") else line for line in lines)


def page(path, before):
    """The Markdown of one step; `before` is the code of the step before it."""
    title, text, code = parts(path)
    change = difference(before, code)
    block = f"```python\n{code}\n```" if change is None else f"```diff\n{change}\n```"
    run = f"python docs/steps/{path.name}"
    printed = subprocess.run([sys.executable, path], capture_output=True, text=True, check=True).stdout
    link = f"The whole file: [`{path.name}`]({path.name}). `{run}` prints"
    language = "mermaid" if printed.startswith("graph ") else ""  # which many viewers draw
    return f"# {title}\n\n{text}\n\n{block}\n\n{link}\n\n```{language}\n{printed.rstrip()}\n```\n"


def pages():
    """(path, Markdown) of the page of every step: step06_unbroadcast.py has 06-unbroadcast.md."""
    before = ""
    for path in STEPS:
        yield path.with_name(path.stem.removeprefix("step").replace("_", "-") + ".md"), page(path, before)
        before = parts(path)[2]


if __name__ == "__main__":
    for path, text in pages():
        path.write_text(text, encoding="utf-8")
