"""The core can be read in one sitting: its lines of code are counted, without blank lines, comments and docstrings."""

import ast
import io
import tokenize
from pathlib import Path

AUTOGRAD = Path(__file__).parents[2] / "autograd"
CORE = ("tensor.py", "node.py", "dtypes.py", "rules/registry.py", "rules/elementwise.py")
MOST_LINES = 450
NO_CODE = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER}


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


def test_the_core_stays_under_450_lines_of_code():
    sizes = {name: len(code_lines((AUTOGRAD / name).read_text(encoding="utf-8"))) for name in CORE}
    assert sum(sizes.values()) < MOST_LINES, sizes


def test_blank_lines_comments_and_docstrings_are_no_code():
    source = '"""Two\nlines."""\n\n# a comment\nx = [\n    1,\n]\n\n\ndef f():\n    """One."""\n    return x  # why\n'
    assert sorted(code_lines(source)) == [5, 6, 7, 10, 12]
