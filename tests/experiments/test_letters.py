import warnings

import pytest
from matplotlib.text import Text

from experiments.letters import UNKNOWN, drawable, readable
from experiments.style import figure


@pytest.mark.parametrize("letter", ["\0", "\x1b", "\x7f", "\x85", "\ud800", "\udfff", "￾", "\U0001ffff", "﷐", "\u202e"])
def test_a_letter_that_no_viewer_shows_is_replaced(letter: str) -> None:
    assert readable(f"a{letter}b") == drawable(f"a{letter}b") == f"a{UNKNOWN}b"
    readable(letter).encode()


@pytest.mark.parametrize("text", ["Côte d'Ivoire", "中国", "مصر", "a\nb\tc", "<b>", "Ελλάδα"])
def test_readable_text_stays_as_it_is(text: str) -> None:
    assert readable(text) == text


def test_letters_of_the_font_stay_and_others_are_transliterated() -> None:
    assert drawable("Ελλάδα −1 × ½ Côte") == "Ελλάδα −1 × ½ Côte"
    assert drawable("भारत") == "bhart"
    assert drawable("\U000f0000") == UNKNOWN  # of private use


def test_a_figure_with_an_unknown_script_is_drawn_without_a_warning(tmp_path) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with figure(tmp_path / "a.png", 3, 2) as fig:
            axes = fig.subplots()
            axes.set_xticks([0, 1], ["中国", "bell \x07"])
            axes.set_title("भारत")
    assert {"ZhongGuo", f"bell {UNKNOWN}", "bhart"} <= {text.get_text() for text in fig.findobj(Text)}
