"""Every numbered page is a notebook too: it is made from the page, runs from top to bottom, and holds no outputs."""

import json

import pytest

from experiments.__main__ import main
from experiments.textbook.notebooks import examples, notebook
from tests.house.test_documentation import ROOT

jupytext = pytest.importorskip("jupytext", reason="jupytext is not installed (requirements-dev.txt)")
PAGES = sorted((ROOT / "docs").glob("[0-9]*.md"))


def test_a_block_is_cut_where_something_is_shown():
    fails = "Traceback (most recent call last):\n    ...\nTypeError: x\n"
    code = f">>> a = 1\n>>> a\n1\n>>> def f():\n...     return 2\n>>> f(3)\n{fails}>>> b = 2\n"
    assert list(examples(code)) == [("a = 1\na\n", False), ("def f():\n    return 2\nf(3)\n", True), ("b = 2\n", False)]


def test_the_command_writes_every_page_without_outputs(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(ROOT)
    assert main(["notebooks", "--out", str(tmp_path)]) == 0
    assert sorted(path.stem for path in tmp_path.iterdir()) == [page.stem for page in PAGES]
    for path in tmp_path.iterdir():
        made = json.loads(path.read_text(encoding="utf-8"))
        code = [cell for cell in made["cells"] if cell["cell_type"] == "code"]
        assert len(code) > 3
        assert "sys.path.insert" in "".join(code[0]["source"])
        assert [cell for cell in code if cell["outputs"] or ">>>" in "".join(cell["source"])] == []


def test_links_lead_from_the_folder_of_the_notebook(tmp_path):
    made = notebook(PAGES[0], ROOT / "notebooks")
    text = "".join("".join(cell["source"]) for cell in made["cells"])
    assert "](../docs/figures/neuron.png)" in text


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_notebook_runs_from_top_to_bottom(page, tmp_path):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    made = nbformat.from_dict(notebook(page, ROOT / "notebooks"))
    nbformat.validate(made)
    nbclient.NotebookClient(made, timeout=300, kernel_name="python3", resources={"metadata": {"path": ROOT}}).execute()
    failed = [c for c in made.cells if c.cell_type == "code" and any(o.output_type == "error" for o in c.outputs)]
    assert [c for c in failed if "raises-exception" not in c.metadata.get("tags", [])] == []
