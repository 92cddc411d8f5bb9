"""The commands' entry: one line and status 2 for a mistake, and the flags that the main job hands on."""

import numpy as np
import pytest
from PIL import Image

from experiments import all as everything
from experiments import gallery
from experiments.__main__ import COMMANDS, main
from experiments.runs.folder import RunFolder, UsageError
from experiments.system.memory import keep_freed_memory


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["rnn", "--cells", "cnn"], "cnn"),
        (["rnn", "--data", "no-such-file.csv"], "no-such-file.csv"),
        (["vae", "--kl-weights", "-1"], "-1"),
        (["report", "no-such-folder"], "no-such-folder"),
        (["nonsense"], "nonsense"),
        (["rnn", "--h\nelp"], "--h\\nelp"),
        (["a\x1b[31m\nb"], "[31m"),
        (["rnn", "--seeds", "1\n2"], "--seeds"),
        ([], "COMMAND"),
        (["rnn", "--out", "a\x1b[31m\nb"], r"a\x1b[31m\nb: a name with control characters"),
        (["compare", "a", "b\x07"], r"b\x07: a name with control characters"),
        (["predict", "run", "--data", "a\rb"], r"a\rb: a name with control characters"),
    ],
)
def test_a_mistake_is_one_line_and_status_2(arguments, named, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    try:
        status = main(arguments)
    except SystemExit as stop:  # argparse leaves by itself
        status = stop.code
    said = capsys.readouterr().err
    assert status == 2
    assert said.count("\n") == 1
    assert named in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_a_page_of_help(command, capsys):
    with pytest.raises(SystemExit) as stop:
        main([command, "--help"])
    assert stop.value.code == 0
    assert len(capsys.readouterr().out.splitlines()) > 5


@pytest.fixture
def studies(monkeypatch):
    """The studies and the page replaced by a list of the arguments that they were run with."""
    ran = []
    for module in (*everything.STUDIES.values(), everything.report):
        monkeypatch.setattr(module, "run", ran.append)
    return ran


def test_all_runs_both_studies_then_the_page(studies, tmp_path):
    main(["all", "--quick", "--out", str(tmp_path / "runs"), "--report", str(tmp_path / "page")])
    rnn, vae, page = studies
    assert (rnn.out, vae.out) == (tmp_path / "runs" / "rnn", tmp_path / "runs" / "vae")
    assert rnn.quick
    assert vae.quick
    assert rnn.resume
    assert vae.resume
    assert page.out == tmp_path / "page"


def test_all_force_replaces_and_full_asks_for_the_courses_scale(studies, tmp_path):
    main(["all", "--full", "--force", "--out", str(tmp_path)])
    rnn, vae, _ = studies
    assert rnn.force
    assert not rnn.resume
    assert vae.epochs == 100


def _finished_run(path, study, **data):
    folder = RunFolder(path, study, {"data": {"source": "somewhere", **data}})
    folder.finish()
    rng = np.random.default_rng(0)
    return folder, rng.integers(0, 256, (900, 1500, 3), dtype=np.uint8)


def test_the_gallery_takes_pictures_of_made_up_data_and_makes_them_small(tmp_path):
    for study, names in gallery.PICTURES.items():
        folder, noise = _finished_run(tmp_path / "runs" / study, study, simulated=study == "rnn", drawn=study == "vae")
        for name in names:
            (folder.path / name).parent.mkdir(exist_ok=True)
            Image.fromarray(noise).save(folder.path / name)
    main(["gallery", str(tmp_path / "runs"), "--out", str(tmp_path / "gallery")])
    made = list((tmp_path / "gallery").iterdir())
    assert len(made) == sum(map(len, gallery.PICTURES.values()))
    assert max(path.stat().st_size for path in made) <= gallery.MAX_BYTES
    assert {path.read_bytes()[8:12] for path in made} == {b"WEBP"}


def test_the_gallery_refuses_a_run_that_has_not_finished_and_a_picture_that_does_not_decode(tmp_path, capsys):
    folder, _ = _finished_run(tmp_path / "runs" / "rnn", "rnn", simulated=True)
    for name in gallery.PICTURES["rnn"]:
        (folder.path / name).parent.mkdir(exist_ok=True)
        (folder.path / name).write_bytes(b"\x89PNG\r\n\x1a\n damaged")
    command = ["gallery", str(tmp_path / "runs"), "--out", str(tmp_path / "gallery")]
    assert main(command) == 2
    assert "not a readable picture" in capsys.readouterr().err
    folder.record(finished=False)
    assert main(command) == 2
    assert "has not finished" in capsys.readouterr().err
    folder.record(data=None)
    assert main(command) == 2
    assert "data.source is null, expected a text" in capsys.readouterr().err


def test_the_gallery_refuses_pictures_of_real_data(tmp_path):
    _finished_run(tmp_path / "runs" / "rnn", "rnn", simulated=False)
    arguments = type("Arguments", (), {"runs": tmp_path / "runs", "out": tmp_path / "gallery"})
    with pytest.raises(UsageError, match="only simulated or drawn data may be published"):
        gallery.run(arguments)
    assert not (tmp_path / "gallery").exists()


def test_freed_memory_is_kept_where_the_c_library_can_and_else_nothing_happens(monkeypatch):
    assert keep_freed_memory() in (True, False)
    monkeypatch.setattr("ctypes.CDLL", lambda _: object())  # a C library without mallopt
    assert keep_freed_memory() is False


@pytest.mark.parametrize(
    ("arguments", "advice"),
    [
        (["all"], "interrupted: the same command continues where it stopped"),
        (["all", "--force"], "interrupted: the same command without --force continues where it stopped"),
        (["vae"], "interrupted: --resume continues where the run stopped"),
        (["report"], "interrupted"),
    ],
)
def test_an_interrupted_command_says_how_to_continue(arguments, advice, capsys, monkeypatch):
    def interrupted(args):
        raise KeyboardInterrupt

    monkeypatch.setattr(COMMANDS[arguments[0]], "run", interrupted)
    assert main(arguments) == 130
    assert capsys.readouterr().err == f"{advice}\n"
