"""A file is there whole or as it was before; nothing half-written stays beside it."""

import pytest

from data.atomic import write_bytes, written_beside


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
