"""What the documentation shows is run: an example that does not work teaches the wrong thing.

Two kinds of blocks are run, from the top of a page to its bottom, each with the names that the blocks above defined:

    ```python        with prompts (>>>): must print what the page says it prints
    ```python run    a listing without prompts: must run

A ```python block that is neither is a quotation. How lines are wrapped and numbers are spaced does not count, and "..."
stands for any text.
"""

import doctest
import re
from pathlib import Path

import pytest

import autograd

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
MAX_WORDS = 2000  # at 200 a minute, code counted too
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS

BLOCK = re.compile(r"^```python( run)?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:|#)([^)#\s]+)")


def name(path):
    return str(path.relative_to(ROOT))


def run_page(text, page):
    """Run every Python block of a page in one namespace. Gives how many there were and what went wrong, in words."""
    names = {"__name__": "__main__"}
    runner = doctest.DocTestRunner(optionflags=FLAGS, verbose=False)
    complaints = []
    count = 0
    for block in BLOCK.finditer(text):
        is_listing, code = block.groups()
        line = text.count("\n", 0, block.start(2))
        if is_listing:
            exec(compile("\n" * line + code, page, "exec"), names)
        elif ">>>" in code:
            test = doctest.DocTestParser().get_doctest(code, {}, page, page, line)
            test.globs = names  # itself, where get_doctest would take a copy: functions see later names too
            runner.run(test, out=complaints.append, clear_globs=False)
        else:
            continue
        count += 1
    return count, "".join(complaints)


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_the_snippets_of_a_page_print_what_it_says(path):
    _, complaints = run_page(path.read_text(encoding="utf-8"), name(path))
    assert not complaints, complaints


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_what_a_page_points_to_is_there(path):
    links = LINK.findall(path.read_text(encoding="utf-8"))
    assert [link for link in links if not (path.parent / link).exists()] == []


@pytest.mark.parametrize("path", [page for page in PAGES if page.name[0].isdigit()], ids=name)
def test_every_chapter_has_something_to_run_and_is_in_the_reading_order(path):
    assert ">>> " in path.read_text(encoding="utf-8")
    assert f"]({path.name})" in (ROOT / "docs" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", [page for page in PAGES if page.name[0].isdigit()], ids=name)
def test_a_chapter_is_read_in_ten_minutes_has_a_picture_and_three_questions(path):
    text = path.read_text(encoding="utf-8")
    assert len(text.split()) <= MAX_WORDS
    assert "![" in text
    assert (
        len(re.findall(r"^\*\*[123]\.\*\* .+?\n\n<details><summary>Answer</summary>$", text, re.MULTILINE | re.DOTALL))
        == 3
    )


def test_the_first_example_of_the_engine_works():
    failed, tried = doctest.testmod(autograd)
    assert tried > 0
    assert failed == 0


PAGE = """Text.

```python run
def double(x):
    return 2 * x
```

More text.

```python
a fragment that nobody runs
```

```python
>>> double(4)
8
>>> [1,
...  2][5]
Traceback (most recent call last):
    ...
IndexError: list index out of range
```
"""


def test_a_page_is_run_from_top_to_bottom():
    assert run_page(PAGE, "page.md") == (2, "")


@pytest.mark.parametrize(
    ("before", "after"),
    [("8", "9"), ("return 2 * x", "return 3 * x"), ("list index out", "list index far out"), ("double(4)", "half(4)")],
)
def test_a_snippet_that_drifted_is_found(before, after):
    _, complaints = run_page(PAGE.replace(before, after), "page.md")
    assert 'File "page.md", line ' in complaints


def test_a_listing_that_does_not_run_is_found_with_its_line():
    with pytest.raises(ZeroDivisionError) as caught:
        run_page(PAGE.replace("def double(x):\n    return 2 * x", "1 / 0"), "page.md")
    assert caught.traceback[-1].lineno + 1 == 4
