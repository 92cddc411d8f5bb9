"""--data auto, simulated or a path: which counts a run gets, and that it is told."""

import hashlib
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from data.covid import choose as choice
from data.covid.choose import resolve_cases
from data.covid.epidemic import course_csv, simulate_epidemic
from data.download import JOHNS_HOPKINS_URL, KNOWN_SHA256
from data.errors import DataError
from tests.fakes.real_files import JOHNS_HOPKINS, needs_real_files
from tests.fakes.samples import PIVOT, SERIES

NOWHERE = "http://127.0.0.1:9/cases.csv"  # nothing listens on the discard port
JANUARY = {"start": "2020-01-22", "end": "2020-01-24"}


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def test_without_file_and_network_the_epidemic_is_simulated_and_said_so(tmp_path: Path) -> None:
    cases = resolve_cases(raw=tmp_path / "raw", url=NOWHERE)
    assert cases.simulated
    why = f"because there is no CSV file in {tmp_path.name}/raw and the download failed: {NOWHERE}: "
    assert cases.notes[0] == f"simulated data {why}no connection; is there a network?"
    assert cases.dates[[0, -1]].astype(str).tolist() == ["2020-01-22", "2020-04-12"]
    assert len(cases.dates) == 82
    assert not list(tmp_path.rglob("*.csv"))


def test_simulated_depends_on_the_seed_alone() -> None:
    first, again, other = (resolve_cases("simulated", seed=seed) for seed in (3, 3, 4))
    assert first.sha256 == again.sha256 != other.sha256
    assert first.notes[0] == "simulated data as asked"


@pytest.mark.parametrize("name", ["covid_19.csv", "time_series_covid19_confirmed_global.csv", "Mine.CSV"])
def test_auto_takes_the_file_in_the_folder(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(SERIES)
    (tmp_path / "README.txt").write_text("not counts")
    cases = resolve_cases("auto", **JANUARY, raw=tmp_path, url=NOWHERE)
    assert (cases.source, cases.simulated) == (name, False)


def test_auto_prefers_the_courses_file_and_asks_among_unknown_ones(tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(SERIES)
    with pytest.raises(DataError, match=r"holds 2 CSV files \(a\.csv, b\.csv\): choose one with --data PATH"):
        resolve_cases(raw=tmp_path, url=NOWHERE)
    (tmp_path / "covid_19.csv").write_text(SERIES)
    assert resolve_cases(**JANUARY, raw=tmp_path, url=NOWHERE).source == "covid_19.csv"


def test_a_broken_file_is_an_error_and_no_reason_to_simulate(tmp_path: Path) -> None:
    (tmp_path / "covid_19.csv").write_text(PIVOT.replace(",0,2,5", ",0,x,5"))
    with pytest.raises(DataError, match=r"covid_19\.csv: row 4, column 5"):
        resolve_cases(raw=tmp_path, url=NOWHERE)


def test_a_path_is_taken_outright(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(SERIES)
    assert resolve_cases(str(path), **JANUARY).cumulative.shape == (3, 3)
    with pytest.raises(DataError, match=r"nowhere\.csv: no such file"):
        resolve_cases(str(tmp_path / "nowhere.csv"))


def test_a_simulated_file_stays_marked_as_simulated(tmp_path: Path) -> None:
    (tmp_path / "covid_19.csv").write_bytes(course_csv(simulate_epidemic(np.random.default_rng(0))).encode())
    assert resolve_cases(raw=tmp_path, url=NOWHERE).simulated


@pytest.mark.parametrize("data", ["simulated", "PATH"])
@pytest.mark.parametrize(
    ("start", "end", "message"),
    [
        ("2020-02-01", "2020-02-01", "start 2020-02-01 must be before end 2020-02-01"),
        ("2019-01-01", "2020-01-24", "start 2019-01-01 is outside"),
        ("2020-01-22", "2033-01-01", "end 2033-01-01 is outside"),
        ("yesterday", "2020-01-24", "start 'yesterday' is not a date like 2020-04-12"),
    ],
)
def test_bad_days_give_one_line_for_every_choice(tmp_path: Path, data: str, start: str, end: str, message: str) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(SERIES)
    with pytest.raises(DataError) as caught:
        resolve_cases(str(path) if data == "PATH" else data, start, end)
    assert str(caught.value).startswith(message)


@needs_real_files
def test_the_verified_download_is_kept_and_cut_to_the_courses_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = JOHNS_HOPKINS.read_bytes()
    assert hashlib.sha256(content).hexdigest() == KNOWN_SHA256[JOHNS_HOPKINS_URL]

    class Response:
        """What requests would hand over, had the server sent the file with CRLF line ends."""

        def __enter__(self) -> "Response":
            return self

        def __exit__(self, *_: object) -> None: ...

        history = ()  # no redirections
        url = JOHNS_HOPKINS_URL

        status_code, reason = 200, "OK"
        headers: ClassVar[dict[str, str]] = {}

        @property
        def raw(self) -> "Response":
            return self

        def stream(self, size: int, decode_content: bool) -> list[bytes]:
            text = content.replace(b"\n", b"\r\n")
            return [text[i : i + size] for i in range(0, len(text), size)]

    asked: list[str] = []
    monkeypatch.setattr("data.download.requests.get", lambda url, **_: asked.append(url) or Response())
    for _ in range(2):  # the second time, the file is there
        cases = resolve_cases(raw=tmp_path)
        assert (cases.source, cases.cumulative.shape) == (choice.KNOWN_NAMES[1], (201, 82))
    assert asked == [JOHNS_HOPKINS_URL]
    assert (tmp_path / choice.KNOWN_NAMES[1]).read_bytes() == content


def test_a_file_that_starts_later_or_ends_earlier_than_the_default_days_is_used_and_said(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(SERIES.replace("1/22/20,1/23/20,1/24/20", "2/22/20,2/23/20,2/24/20"))
    cases = resolve_cases(str(path))
    assert cases.dates.astype(str).tolist() == ["2020-02-22", "2020-02-23", "2020-02-24"]
    span = "the data run from 2020-02-22 to 2020-02-24"
    assert cases.notes[1:3] == (
        f"{span}: the default start 2020-01-22 is moved to 2020-02-22",
        f"{span}: the default end 2020-04-12 is moved to 2020-02-24",
    )


def test_a_file_outside_the_default_days_is_refused_with_the_flags(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(SERIES.replace("1/22/20,1/23/20,1/24/20", "5/22/20,5/23/20,5/24/20"))
    with pytest.raises(DataError, match=r"fewer than two days .* from 2020-05-22 to 2020-05-24: .*--start, --end"):
        resolve_cases(str(path))


def test_days_outside_the_chosen_ones_are_not_judged(tmp_path: Path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text(SERIES.replace(",10,20,30", ",10,20,later"))
    assert resolve_cases(str(path), "2020-01-22", "2020-01-23").cumulative.shape == (3, 2)
    with pytest.raises(DataError, match="'later' is not a number"):
        resolve_cases(str(path), **JANUARY)
