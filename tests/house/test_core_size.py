"""The core can be read in one sitting: what a gradient passes through is counted, and the pages say the number.

The core is the machinery: ``autograd/tensor.py``, and whatever of autograd it imports. The rules, the kernels behind
them and the table of other libraries' names are not counted: they list what the engine can do and what it is called,
and a new entry changes nothing in how a gradient is found.
``python -m tests.house.test_core_size`` prints the count.
"""

import ast
import io
import re
import sys
import tokenize

import numpy as np
import pytest

from tests.house.test_layering import ROOT, imports, module_name

ENTRY = ROOT / "autograd" / "tensor.py"
MAX_LINES = 600
TOLERANCE = 0.1  # between the number on a page and the count: pages round
STATED = re.compile(r"core[^.]*?\b(\d+) lines of code")
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


def is_machinery(path):
    """Whether a file of autograd is no rule, kernel or table of names; what a rule is (the registry) is machinery."""
    room = path.relative_to(ROOT / "autograd").parts[0]
    return path.name == "registry.py" or room not in ("rules", "kernels", "other_names.py")


def core():
    """The files that `ENTRY` imports, directly or through others, but for rules and kernels."""
    found = [ENTRY]
    for path in found:  # grows on the way
        for name in sorted(imports(path.read_text(encoding="utf-8"), module_name(path), path.name == "__init__.py")):
            for file in files_of(name):
                if file not in found and is_machinery(file):
                    found.append(file)
    return [*found, ROOT / "autograd" / "rules" / "registry.py"]


def files_of(name):
    """The file of a module, given its name or that of something in it: autograd.node.Node -> autograd/node.py."""
    for dotted in (name, name.rpartition(".")[0]):
        path = (ROOT / dotted.replace(".", "/")).with_suffix(".py")
        if dotted.startswith("autograd.") and path.exists():
            yield path


def docstring_lines(source):
    lines = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node) is not None:
            lines |= set(range(node.body[0].lineno, node.body[0].end_lineno + 1))
    return lines


def code_lines(source):
    """The numbers of the lines that hold code, continued expressions included."""
    lines = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            lines |= set(range(token.start[0], token.end[0] + 1))
    return lines - docstring_lines(source)


def sizes():
    """For each file of the core: its lines of code, and all its lines."""
    texts = {path: path.read_text(encoding="utf-8") for path in core()}
    return {path: (len(code_lines(text)), len(text.splitlines())) for path, text in texts.items()}


def report():
    table = sizes()
    rows = [f"{code:6} {lines:6}  {path.relative_to(ROOT)}" for path, (code, lines) in table.items()]
    code, lines = map(sum, zip(*table.values(), strict=True))
    return "\n".join(["  code    all  file", *rows, f"{code:6} {lines:6}  the core"])


def test_the_core_stays_small():
    assert sum(code for code, _ in sizes().values()) < MAX_LINES, report()


def files_entered(function):
    """The files of autograd in which a function runs code."""
    entered = set()

    def watch(frame, event, argument):
        if event == "call":
            entered.add(frame.f_code.co_filename)

    before = sys.getprofile()
    sys.setprofile(watch)
    try:
        function()
    finally:
        sys.setprofile(before)
    return {path for path in (ROOT / "autograd").rglob("*.py") if str(path) in entered}


@pytest.mark.parametrize("op", ["add", "tanh", "matmul"])
def test_an_op_and_its_gradient_pass_through_nothing_but_the_core_and_a_rule(op):
    from autograd import Tensor

    a, b = (Tensor(np.ones((2, 2)), requires_grad=True) for _ in "ab")
    make = {"add": lambda: a + b, "tanh": lambda: a.tanh(), "matmul": lambda: a @ b}[op]
    entered = files_entered(lambda: make().sum().backward())
    assert ENTRY in entered
    assert {path for path in entered if is_machinery(path)} <= set(core())


@pytest.mark.parametrize("page", ["docs/map.md", "README.md"])
def test_a_page_that_says_how_large_the_core_is_says_it_right(page):
    counted = sum(code for code, _ in sizes().values())
    stated = STATED.findall((ROOT / page).read_text(encoding="utf-8").replace("\n", " "))
    assert stated or page == "README.md"
    for number in stated:
        assert abs(int(number) - counted) <= TOLERANCE * counted, f"{page} says {number}, counted are {counted}"


def test_a_rule_is_not_counted():
    assert all("rules" not in path.parts or path.name == "registry.py" for path in core())


def test_blank_lines_comments_and_docstrings_are_no_code():
    source = '"""Two\nlines."""\n\n# a comment\nx = [\n    1,\n]\n\n\ndef f():\n    """One."""\n    return x  # why\n'
    assert sorted(code_lines(source)) == [5, 6, 7, 10, 12]


if __name__ == "__main__":
    print(report())
