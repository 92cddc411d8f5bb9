"""A file is there whole or as it was before; nothing half-written stays beside it."""

import os

import pytest

from data.atomic import is_temporary, replace, sweep, visible_files, write_bytes, written_beside


def test_a_write_that_fails_leaves_the_old_file_whole_and_nothing_beside(tmp_path):
    path = tmp_path / "numbers.csv"
    path.write_text("old")
    with pytest.raises(RuntimeError), written_beside(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError("power cut")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_made_where_there_is_none_and_holds_the_file_alone(tmp_path):
    path = tmp_path / "new" / "numbers.csv"
    write_bytes(path, b"a,b\n")
    assert path.read_bytes() == b"a,b\n"
    assert list(path.parent.iterdir()) == [path]


def killed_while_writing(path):
    """What a process leaves that is killed while it writes `path`."""
    writing = written_beside(path)
    temporary = writing.__enter__()
    temporary.write_text("half")
    return temporary, writing  # the second is kept alive, or it would clean up


def test_what_a_killed_process_leaves_is_skipped_and_swept_in_all_folders(tmp_path):
    write_bytes(tmp_path / "figures" / "whole.png", b"")
    (tmp_path / "figures" / ".thumbnail.png").touch()  # of the operating system
    left, _writing = killed_while_writing(tmp_path / "figures" / "half.png")
    assert is_temporary(left)
    assert [path.name for path in visible_files(tmp_path, "figures/*.png")] == ["whole.png"]
    sweep(tmp_path)
    assert sorted(path.name for path in (tmp_path / "figures").iterdir()) == [".thumbnail.png", "whole.png"]


@pytest.mark.parametrize("name", ["a.npz", ".bashrc", "part.png", "x.partial", "notes.lock", ".part.csv"])
def test_no_file_of_the_user_is_taken_for_a_temporary_one(name, tmp_path):
    assert not is_temporary(tmp_path / name)


def test_a_file_that_another_program_holds_open_is_replaced_once_it_is_closed(tmp_path, monkeypatch):
    """As on Windows, where a table that is open in a spreadsheet refuses to be replaced."""
    tried = []

    def refuse_twice(source, target):
        tried.append(target)
        if len(tried) < 3:
            raise PermissionError(13, "Access is denied", str(source))

    monkeypatch.setattr("data.atomic.WAITS", (0.0, 0.0))
    monkeypatch.setattr("data.atomic.os.name", "nt")
    monkeypatch.setattr("data.atomic.os.replace", refuse_twice)
    replace(tmp_path / "new", tmp_path / "table.csv")
    assert len(tried) == 3
    monkeypatch.setattr("data.atomic.WAITS", (0.0,))
    tried.clear()
    with pytest.raises(PermissionError) as error:
        replace(tmp_path / "new", tmp_path / "table.csv")
    assert error.value.filename == os.fspath(tmp_path / "table.csv")
