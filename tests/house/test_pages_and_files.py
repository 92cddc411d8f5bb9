"""Every rule and kernel names the page of docs/ that teaches it, and that page links to the file."""

import ast
import os
import re

import pytest

from tests.house.test_layering import ROOT

FOLDERS = ("autograd/rules", "autograd/kernels")
FILES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py")) if path.name != "__init__.py"]
PAGE = re.compile(r"docs/[\w-]+\.md")


def pages_of(source):
    """The pages that the docstring of a file names in its last paragraph, "Taught by ..."."""
    last = (ast.get_docstring(ast.parse(source)) or "").rpartition("\n\n")[2]
    return PAGE.findall(last) if last.startswith("Taught by ") else []


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_rule_or_kernel_names_its_page_and_the_page_links_back(path):
    pages = pages_of(path.read_text(encoding="utf-8"))
    assert pages, 'the docstring ends with "Taught by docs/....md."'
    for page in pages:
        link = os.path.relpath(path, ROOT / "docs")
        assert f"]({link})" in (ROOT / page).read_text(encoding="utf-8"), f"{page} has no link to {link}"


def test_a_file_without_a_page_is_found():
    assert pages_of('"""What it is.\n\nTaught by docs/a.md and docs/b.md.\n"""\n') == ["docs/a.md", "docs/b.md"]
    assert pages_of('"""What it is. See docs/a.md."""\n') == []
