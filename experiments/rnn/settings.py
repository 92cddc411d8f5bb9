"""The settings of problem 1, one field a flag."""

from dataclasses import dataclass

import joblib

from data.covid.choose import COURSE_END, COURSE_START
from experiments.cli import (
    BYTES_OF_A_WEIGHT,
    MAX_BATCH,
    MAX_EPOCHS,
    MAX_GB,
    NOT_NEGATIVE,
    POSITIVE,
    Check,
    StudySettings,
    at_least,
    between,
    require,
    setting,
    too_much,
)
from rnn.classifier import CELLS
from rnn.splits import SPLITS
from rnn.train import TrainingSettings
from rnn.windows import KEEPS, TARGETS

DATA, STUDY, NETS = "the data", "the study", "the nets"  # headings in --help
TRAINING = TrainingSettings()
WEIGHTS_OF_A_CELL = 8  # for each square of the hidden size: four gates of an LSTM, from the input and from the state
A_CORRELATION = Check(lambda r: -1 <= r < 1, "a correlation, at least -1 and below 1")


def _sorted_once(values):
    return sorted(set(values))


@dataclass(frozen=True)
class RnnSettings(StudySettings):
    """What a run of problem 1 depends on."""

    data: str = setting(
        "auto",
        "a file or URL; auto: what is in data/raw/, else a download, else simulated",
        metavar="auto|simulated|PATH",
        group=DATA,
        recorded=False,  # the hash of its content is
    )
    start: str = setting(str(COURSE_START), "first day of the counts", metavar="DAY", group=DATA, recorded=False)
    end: str = setting(str(COURSE_END), "last day of the counts", metavar="DAY", group=DATA, recorded=False)

    counts: str = setting(
        "auto",
        "what the numbers of the file are, if its heading does not say: totals so far, or new cases of each day",
        choices=("auto", "cumulative", "daily"),
        group=DATA,
    )

    score: str | None = setting(
        None,
        "a file or URL that holds the day after the data: the map is compared with what happened",
        metavar="PATH",
        group=DATA,
        default_text="the file of the data, or the full series, if they hold it",
        recorded=False,
    )

    cells: tuple[str, ...] = setting(tuple(CELLS), "recurrent cells", choices=CELLS, metavar="CELL", group=STUDY)
    lengths: tuple[int, ...] = setting(
        (3, 5, 7, 10, 14),
        "window lengths in days",
        quick=(3, 7),
        check=at_least(1, "day"),
        tidy=_sorted_once,
        metavar="L",
        group=STUDY,
    )
    longest: int | None = setting(
        None,
        "ask every length about the days that a window of N days could be asked about, so that runs compare",
        default_text="the longest of --lengths",
        check=at_least(1, "day"),
        metavar="N",
        group=STUDY,
    )
    threshold: float = setting(
        0.7,
        "set C: the countries that correlate above R with at least one other country",
        check=A_CORRELATION,
        metavar="R",
        group=STUDY,
    )
    target: str = setting(TARGETS[0], "what rises: the daily count or the total", choices=TARGETS, group=STUDY)
    windows: str = setting(
        "distinct",
        "keep the first of identical windows, all of them, or those with a day that is not 0",
        choices=KEEPS,
        group=STUDY,
    )
    splits: tuple[str, ...] = setting(SPLITS, "what is held out", choices=SPLITS, metavar="SPLIT", group=STUDY)
    seeds: int = setting(3, "repetitions of everything", quick=2, check=between(1, 1000), metavar="N", group=STUDY)

    epochs: int = setting(
        TRAINING.epochs, "passes over the training part", quick=8, check=between(1, MAX_EPOCHS), metavar="N", group=NETS
    )
    hidden: int = setting(32, "size of the hidden state", check=between(1, 4096), metavar="N", group=NETS)
    layers: int = setting(1, "stacked recurrent layers", check=between(1, 64), metavar="N", group=NETS)
    batch_size: int = setting(
        TRAINING.batch_size, "windows in a batch", check=between(1, MAX_BATCH), metavar="N", group=NETS
    )
    learning_rate: float = setting(
        TRAINING.learning_rate, "initial Adam learning rate", check=POSITIVE, metavar="X", group=NETS
    )
    clip: float = setting(TRAINING.clip, "clip the gradient norm to this", check=POSITIVE, metavar="X", group=NETS)
    seed: int = setting(0, "random seed", check=NOT_NEGATIVE, metavar="N", group=NETS)
    jobs: int = setting(
        joblib.cpu_count(),
        "processes; any number gives the same results",
        check=between(1, 1024),
        metavar="N",
        group=NETS,
        recorded=False,
    )

    def check_together(self) -> None:
        """No window is longer than the longest; the weights of a net fit into memory."""
        longest = max(self.lengths)
        require("longest", self.longest, self.longest is None or self.longest >= longest, f"at least {longest}")
        gigabytes = WEIGHTS_OF_A_CELL * self.hidden**2 * self.layers * BYTES_OF_A_WEIGHT / 1e9
        require("hidden", self.hidden, gigabytes <= MAX_GB, too_much(f"{self.layers} layers", gigabytes))

    def training(self) -> TrainingSettings:
        """The part that `rnn.train` needs."""
        return TrainingSettings(
            epochs=self.epochs, learning_rate=self.learning_rate, batch_size=self.batch_size, clip=self.clip
        )
