"""README's instructions without make: the commands that were tried in a fresh environment, and files that are there."""

import contextlib
import io
import re

import pytest

from experiments.__main__ import COMMANDS, _parse
from tests.house.test_documentation import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
THREE_LINES = """\
python -m venv .venv && . .venv/bin/activate        (Windows: .venv\\Scripts\\activate)
pip install -r requirements.txt -c constraints.txt
python -m experiments all --quick
"""


def test_the_three_lines_without_make_are_those_that_were_tried():
    assert f"```\n{THREE_LINES}```" in README


def test_make_installs_the_same_files_with_the_same_constraints():
    assert "$(call install,$(VENV),requirements.txt,-c constraints.txt)" in MAKEFILE
    assert (ROOT / "requirements.txt").is_file() and (ROOT / "constraints.txt").is_file()


@pytest.mark.parametrize("line", sorted(set(re.findall(r"python -m experiments [^`\n#|)]*", README))))
def test_every_command_of_readme_is_one_of_the_program(line):
    name, *words = re.sub(r"#.*", "", line).split()[3:]
    assert name in COMMANDS
    flags = [word for word in words if word.startswith("--")]
    known = _help(name)
    assert [flag for flag in flags if flag not in known] == []


def _help(command: str) -> str:
    with contextlib.redirect_stdout(io.StringIO()) as text, contextlib.suppress(SystemExit):
        _parse([command, "--help"])
    return text.getvalue()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"`?make ([a-z]+)\b", README))))
def test_every_target_of_make_in_readme_is_there(target):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)
