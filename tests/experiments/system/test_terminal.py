"""No letter and no fault of the system ends a command with a traceback."""

import errno
import io
import os
import sys

import pytest

from experiments import __main__ as front
from experiments.system.terminal import make_streams_safe


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


class Prints(Command):
    """A command that has something to say."""

    def __init__(self):
        super().__init__(None)

    def run(self, args):
        print("the results")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="a device that only Linux has")
@pytest.mark.parametrize("arguments", [["report"], ["--help"]])
def test_a_full_output_is_one_line_and_python_says_nothing_more_when_it_ends(arguments, monkeypatch, capsys):
    monkeypatch.setitem(front.COMMANDS, "report", Prints())
    with open("/dev/full", "w") as full, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", full)
        assert front.main(arguments) == 2
    err = capsys.readouterr().err  # closing the stream raised nothing
    assert err.count("\n") == 1
    assert "the disk is full" in err


def test_closed_streams_are_written_to_without_a_fault(monkeypatch):
    monkeypatch.setitem(front.COMMANDS, "report", Prints())
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", None)
        patch.setattr(sys, "stderr", None)
        assert front.main(["report"]) == 0
        sys.stdout.close()
        sys.stderr.close()


def test_too_little_memory_is_one_line(monkeypatch, capsys):
    monkeypatch.setitem(front.COMMANDS, "report", Command(MemoryError("Unable to allocate\n3 TB")))
    assert front.main(["report"]) == 2
    err = capsys.readouterr().err
    assert err.count("\n") == 1
    assert "not enough memory" in err


def test_the_path_in_a_message_cannot_write_to_the_terminal(monkeypatch, capsys):
    monkeypatch.setitem(front.COMMANDS, "report", Command(OSError(errno.ENOENT, "said", "a\x1b[31m\nb")))
    assert front.main(["report"]) == 2
    err = capsys.readouterr().err
    assert "\x1b" not in err
    assert err.count("\n") == 1
