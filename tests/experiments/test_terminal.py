"""No letter and no fault of the system ends a command with a traceback."""

import errno
import io
import sys

import pytest

from experiments import __main__ as front
from experiments.terminal import make_streams_safe


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
def test_every_letter_of_a_table_can_be_written(encoding, monkeypatch):
    written = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(written, encoding=encoding))
    make_streams_safe()
    print("−8,869 nats, KL ×100, ∞, Côte d'Ivoire, 中国")
    sys.stdout.flush()
    text = written.getvalue().decode(encoding)
    assert text.startswith(("-8,869 nats", "−8,869 nats"))
    assert "?" not in text


class Command:
    """A command that fails as the system lets it fail."""

    def __init__(self, error):
        self.error = error

    def add_arguments(self, parser):
        pass

    def run(self, args):
        raise self.error


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EISDIR, errno.EMFILE, errno.EIO])
def test_a_fault_of_the_system_is_one_line_with_the_path(number, monkeypatch, capsys):
    monkeypatch.setitem(front.COMMANDS, "report", Command(OSError(number, "said", "/some/path")))
    assert front.main(["report"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert "/some/path" in err
