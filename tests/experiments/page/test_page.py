import base64
import hashlib
import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from data.errors import DataError
from experiments.__main__ import main
from experiments.markdown import code_block, inline, table, to_html
from experiments.page.backpropagation import backpropagation, drawn_graph
from experiments.page.html_page import command_words, page
from experiments.page.inline_map import Area, Circle, MapShapes, Outline, read_map
from experiments.page.pictures import inlined
from experiments.page.scripts import HERE, MODULES, bundle
from experiments.report import write_report
from experiments.runs.folder import UsageError
from experiments.runs.saved import FORMAT
from tests.fakes.report_sample import HOSTILE, MARKS, QUOTES, SCRIPT, write_hostile_runs, write_rnn, write_vae

VOID = {"meta", "link", "img", "br", "hr"}


class Reader(HTMLParser):
    """What a browser would find: tags with their attributes, text, and text by the tag that holds it."""

    def __init__(self, html: str):
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text_of: dict[str, list[str]] = {}
        self._open = [""]
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self.text_of.setdefault(tag, []).append("")
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        while tag in self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data):
        for tag in set(self._open) - {""}:
            self.text_of[tag][-1] += data.replace("\u00a0", " ")  # a space at which no line ends

    def attributes(self, name: str) -> list[str]:
        return [str(attributes[name]) for _, attributes in self.tags if name in attributes]

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def report(runs: Path, out: Path) -> str:
    """The page of the runs in a folder."""
    return write_report(runs, out).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_rnn(folder / "rnn")
    write_vae(folder / "vae")
    return folder


@pytest.fixture(scope="module")
def out(runs, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("report") / "report"
    report(runs, folder)
    return folder


@pytest.fixture(scope="module")
def read(out) -> Reader:
    return Reader((out / "index.html").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def hostile(tmp_path_factory) -> tuple[Reader, str]:
    """The page and RESULTS.md of runs with harmful names."""
    folder = tmp_path_factory.mktemp("hostile")
    html = report(write_hostile_runs(folder / "runs"), folder / "out")
    return Reader(html), (folder / "out" / "RESULTS.md").read_text(encoding="utf-8")


def test_the_items_of_both_problems_are_headings_in_order(read):
    numerals = [heading.split()[0] for heading in read.text_of["h3"]]
    assert numerals == ["i", "ii", "iii", "iv", "v", "vi", "i", "ii", "iii", "iv", "v", "vi", "vii", "viii"]
    assert [heading.split(" ")[0] for heading in read.text_of["h2"]] == ["Problem", "Problem", "Underneath"]


def inlined_text(path):
    return base64.b64encode(inlined(path).content).decode()


def test_every_figure_of_the_runs_is_on_the_page_once(read, runs):
    files = [*runs.glob("*/figures/*.png"), *runs.glob("*/*.gif")]
    expected = [*map(inlined_text, files), drawn_graph().address.partition("base64,")[2]]
    assert sorted(src.partition("base64,")[2] for src in read.attributes("src")) == sorted(expected)
    assert len(files) > 20


PLACES = {
    "rnn-i": ("rnn/figures/correlation_all.png", "rnn/figures/correlation_dozen.png"),
    "rnn-ii": ("rnn/figures/threshold.png",),
    "rnn-iii": ("rnn/figures/curves_time.png",),
    "rnn-iv": ("rnn/figures/headline.png",),
    "rnn-v": ("rnn/figures/calibration.png",),
    "vae-i": ("vae/figures/architecture.png",),
    "vae-ii": ("vae/figures/learning_curve_kl_1.png",),
    "vae-iii": ("vae/figures/reconstructions_kl_1.png",),
    "vae-iv": ("vae/figures/samples_kl_1.png", "vae/samples.gif"),
    "vae-v": ("vae/figures/interpolation_kl_1.png",),
    "vae-vi": ("vae/figures/samples_kl_100.png", "vae/figures/interpolation_kl_100.png"),
    "vae-vii": ("vae/figures/learning_curve_kl_0.png", "vae/figures/reconstructions_kl_0.png"),
    "vae-viii": ("vae/figures/comparison.png", "vae/figures/a new figure.png"),
}


def test_every_figure_stands_under_its_own_item(out, runs):
    pieces = re.split(r'<section id="([a-z-]+)" class="item"', (out / "index.html").read_text(encoding="utf-8"))
    items = dict(zip(pieces[1::2], pieces[2::2], strict=True))
    for item, names in PLACES.items():
        for name in names:
            assert inlined_text(runs / name) in items[item], name


def test_every_picture_has_words_for_those_who_cannot_see_it(read):
    pictures = read.all("img")
    assert pictures
    assert all(picture["alt"] and picture["width"] and picture["height"] for picture in pictures)


def test_the_page_reaches_for_nothing_outside_itself(read):
    assert all(src.startswith("data:image/") for src in read.attributes("src"))
    assert all(href.startswith(("#", "data:,")) for href in read.attributes("href"))
    assert not {"object", "embed", "form", "base"} & {tag for tag, _ in read.tags}
    assert [set(frame) for frame in read.all("iframe")] == [{"title", "srcdoc"}]
    style = "".join(read.text_of["style"])
    assert "url(" not in style and "@import" not in style


def test_links_within_the_page_lead_somewhere_and_names_are_unique(read):
    names = read.attributes("id")
    assert len(names) == len(set(names))
    targets = [href[1:] for href in read.attributes("href") if href.startswith("#")]
    assert len(targets) > 14 and set(targets) <= set(names)


def test_an_item_links_to_what_the_discussion_says_of_it_and_to_nothing_else(read):
    discussed = [href for href in read.attributes("href") if href.count("-") > 1]
    assert discussed == ["#rnn-which-cell"]


def test_the_page_tells_search_engines_and_messengers_what_it_is(read):
    named = {str(meta.get("name") or meta.get("property")): meta.get("content") for meta in read.all("meta")}
    assert named["description"] == named["og:description"] and "NumPy" in str(named["description"])
    assert named["og:title"] in read.text_of["title"]


def test_the_findings_stand_first_on_the_page_and_in_results_md(read, out):
    text = "".join(read.text_of["main"])
    words = (out / "RESULTS.md").read_text(encoding="utf-8")
    firsts = (
        "In countries that no network has seen",
        "On days after the last day of training",
        "A held-out face costs",
    )
    for finding in firsts:
        assert text.index(finding) < text.index("Correlation of two countries")
        assert words.index(finding) < words.index("## Problem 1")


def test_each_command_is_told_once(read):
    assert sum("python -m experiments" in code for code in read.text_of["code"]) == 2


def test_long_tables_of_results_md_are_folded(out):
    words = (out / "RESULTS.md").read_text(encoding="utf-8")
    assert words.count("<details><summary>") == words.count("</details>") > 3


def test_the_policy_allows_the_own_style_and_script_and_nothing_else(read):
    policy = next(str(m["content"]) for m in read.all("meta") if m.get("http-equiv") == "Content-Security-Policy")
    assert "default-src 'none'" in policy and "unsafe" not in policy
    for tag in ("style", "script"):
        *data, text = read.text_of[tag]
        assert all(json.loads(block) for block in data)
        (inner,) = re.findall(f"<{tag}>(.*?)</{tag}>", backpropagation(), re.DOTALL)  # of the document in the frame
        digests = [base64.b64encode(hashlib.sha256(each.encode()).digest()).decode() for each in (text, inner)]
        assert f"{tag}-src 'sha256-{digests[0]}' 'sha256-{digests[1]}';" in policy
    assert not read.attributes("style")  # the policy would forbid it


def test_numbers_of_the_page_are_those_of_the_tables_and_of_results_md(read, out):
    words = (out / "RESULTS.md").read_text(encoding="utf-8")
    for number in ("−1,236", "0.0321", "1,536"):
        assert number in words
        assert any(number in text for text in read.text_of["main"])
    cells = [cell for cell in read.text_of["td"] if re.fullmatch(r"\d+\.\d %", cell)]
    assert len(cells) > 15
    assert all(cell in words for cell in cells)


def test_tables_are_copied_as_they_are(out, runs):
    copies = {path.relative_to(out / "csv"): path.read_bytes() for path in out.glob("csv/*/*.csv")}
    assert copies == {path.relative_to(runs): path.read_bytes() for path in runs.glob("*/*.csv")}


def test_the_same_runs_give_the_same_bytes(out, runs, tmp_path):
    moved = shutil.copytree(runs, tmp_path / "elsewhere")
    report(moved, tmp_path / "again")
    for name in ("index.html", "RESULTS.md"):
        assert (tmp_path / "again" / name).read_bytes() == (out / name).read_bytes()


def test_a_second_report_replaces_the_first_and_leaves_no_other_file(runs, tmp_path):
    report(runs, tmp_path)
    before = sorted(tmp_path.rglob("*"))
    report(runs, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_invented_data_are_stamped(read, tmp_path):
    assert "Simulated data" in read.text_of["section"][0]
    write_vae(tmp_path / "vae", drawn=False)
    page_of_real_faces = report(tmp_path, tmp_path / "out")
    assert "Drawn faces" not in page_of_real_faces
    assert "The middle square of every picture" in page_of_real_faces


@pytest.mark.parametrize(
    ("command", "words"),
    [
        ("python --data 'my cases.csv'", ["python", "--data", "'my cases.csv'"]),
        ("""cat 'it'"'"'s here.csv'""", ["cat", """'it'"'"'s here.csv'"""]),
        ("python --data it's mine", ["python", "--data", "it's", "mine"]),
    ],
)
def test_a_command_is_broken_between_its_words_and_keeps_its_quotes(command, words):
    assert command_words(command) == words


def test_tables_of_an_earlier_report_do_not_stay(tmp_path):
    write_vae(tmp_path / "vae")
    for name in ("vae/gone.csv", "vae/final.csv", "rnn/results.csv", "vae/notes.txt"):
        path = tmp_path / "out" / "csv" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("old", encoding="utf-8")
    report(tmp_path, tmp_path / "out")
    left = {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "out" / "csv").glob("*/*")}
    assert set(left) == {"final.csv", "metrics.csv", "notes.txt"}
    assert left["final.csv"] != "old"


def test_a_missing_study_is_said_with_the_command_that_makes_it(tmp_path):
    write_vae(tmp_path / "vae")
    read = Reader(report(tmp_path, tmp_path / "out"))
    assert any("there is no run in" in text for text in read.text_of["p"])
    assert "python -m experiments rnn" in read.text_of["pre"][0]
    assert "there is no run in" in (tmp_path / "out" / "RESULTS.md").read_text(encoding="utf-8")


def test_an_unfinished_run_is_named_and_not_reported(tmp_path):
    write_vae(tmp_path / "vae")
    (tmp_path / "rnn").mkdir()
    (tmp_path / "rnn" / "config.json").write_text(
        json.dumps({"format": FORMAT, "study": "rnn", "environment": {}, "finished": False}), encoding="utf-8"
    )
    assert "has not finished; --resume" in report(tmp_path, tmp_path / "out")


def test_no_runs_at_all_is_one_line_that_names_the_folder(tmp_path, capsys):
    assert main(["report", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
    said = capsys.readouterr().err
    assert said.count("\n") == 1 and f"{tmp_path}: no finished run" in said
    assert not (tmp_path / "out").exists()


def test_an_out_that_is_a_file_is_refused(runs, tmp_path):
    (tmp_path / "out").write_text("", encoding="utf-8")
    with pytest.raises(UsageError, match="is a file"):
        report(runs, tmp_path / "out")


@pytest.mark.parametrize("name", ["figures/comparison.png", "samples.gif"])
def test_a_picture_that_does_not_decode_is_named(name, runs, tmp_path):
    copy = shutil.copytree(runs / "vae", tmp_path / "vae")
    (copy / name).write_bytes(b"no picture")
    with pytest.raises(UsageError, match=rf"{Path(name).name}: not a readable picture"):
        report(tmp_path, tmp_path / "out")


def test_a_weight_that_was_not_trained_is_said(tmp_path):
    write_vae(tmp_path / "vae", weights=(1.0, 5.0))
    html = report(tmp_path, tmp_path / "out")
    assert html.count("This run was made without this weight") == 2
    assert "samples kl 5" in html  # what belongs to no item comes at the end


def test_hostile_text_is_shown_and_not_obeyed(hostile):
    read, _ = hostile
    *data, script = read.text_of["script"]
    assert script == bundle() and all(json.loads(block) for block in data)
    assert "b" not in {tag for tag, _ in read.tags}
    assert [frame["srcdoc"] for frame in read.all("iframe")] == [backpropagation()]
    assert not [name for _, attributes in read.tags for name in attributes if name.startswith("on")]
    assert all(src.startswith("data:image/") for src in read.attributes("src"))
    assert all(href.startswith(("#", "data:,")) for href in read.attributes("href"))
    for text in (SCRIPT, QUOTES):
        assert any(text in cell for cell in read.text_of["td"]), text
        assert any(title.startswith(text) for title in read.text_of["title"]), text
        assert any(text in command for command in read.text_of["code"]), text
        assert any(text in note for note in read.text_of["li"]), text
    assert MARKS in read.text_of["td"] and any(title.startswith(MARKS) for title in read.text_of["title"])


def test_a_lone_surrogate_and_control_characters_are_shown_as_unknown_letters(tmp_path):
    write_vae(tmp_path / "vae")
    path = tmp_path / "vae" / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config["notes"] = ["lone \ud800, bell \x07, <b>"]
    path.write_text(json.dumps(config), encoding="utf-8")
    assert "lone �, bell �, <b>" in Reader(report(tmp_path, tmp_path / "out")).text_of["li"]
    assert "lone �, bell �, \\<b\\>" in (tmp_path / "out" / "RESULTS.md").read_text(encoding="utf-8")


def test_results_md_holds_no_html_of_others(hostile):
    _, words = hostile
    discussion = words.index(SCRIPT + "\n\n")  # which is Markdown of the run's own, copied as it is
    assert "\\<script\\>" in words[:discussion]
    blocks = re.sub(r"(?ms)^(`{3,})\n.*?\n\1$", "", words[:discussion])
    assert "<script>" not in blocks


def test_a_hostile_map_keeps_its_shapes_alone(tmp_path):
    path = tmp_path / "map.svg"
    path.write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><style>*{display:none}</style>'
        '<svg viewBox="0 0 9 9"><script>alert(2)</script><g class="fr country color-3" onclick="alert(3)">'
        "<title>France &lt;script&gt;\nhigh</title>"
        '<path d="M 1,2 z" onmouseover="alert(4)"/><path d="url(#x)"/><circle cx="1" cy="2" r="3"/>'
        '<g transform="translate(1,2)"><path d="M 3,4" transform="matrix(1 0 0 1 5 6)"/></g>'
        '<path d="M 5,6" transform="url(x)"/>'
        '<circle cx="1" cy="x" r="3"/><foreignObject><p>hello</p></foreignObject><image href="http://x"/></g>'
        '<g class="xx country color-99"><path d="M 0,0"/></g></svg></svg>',
        encoding="utf-8",
    )
    moved = Outline("M 3,4", "translate(1,2) matrix(1 0 0 1 5 6)")
    paths = [Outline("M 1,2 z", ""), moved, Outline("M 5,6", "")]
    france = Area(3, "France <script>\nhigh", paths, [Circle("1", "2", "3")])
    assert read_map(path) == MapShapes("0 0 9 9", [france])


@pytest.mark.parametrize(
    "text",
    [
        '<?xml version="1.0" encoding="foo"?><svg/>',
        '<svg><g class="country color-1">' + "<g>" * 20_000 + "</g>" * 20_000 + "</g></svg>",
        "\ud800",
    ],
)
def test_a_map_that_no_run_draws_is_refused_in_one_line(text, tmp_path):
    (tmp_path / "map.svg").write_bytes(text.encode(errors="surrogatepass"))
    with pytest.raises((UsageError, DataError), match=r"map\.svg: (not a|holds no)"):
        read_map(tmp_path / "map.svg")


@pytest.mark.parametrize("text", ["no XML", "<svg/>", '<svg><svg viewBox="0 0 1 1"/></svg>'])
def test_a_map_without_countries_is_named(text, tmp_path):
    (tmp_path / "map.svg").write_text(text, encoding="utf-8")
    with pytest.raises(UsageError, match=r"map\.svg"):
        read_map(tmp_path / "map.svg")


def test_every_country_on_the_map_keeps_its_tooltip(read, runs):
    titles = read.text_of["title"]
    assert any(re.match(r"France\nprobability of a rise on 2020-04-13: \d", title) for title in titles)
    assert len(titles) > 150


def test_markdown_makes_headings_tables_and_lists():
    assert to_html("## Which cell?\n\nA **b** `c`", anchor="x", level=3) == (
        '<h4 id="x-which-cell">Which cell?</h4>\n<p>A <strong>b</strong> <code>c</code></p>\n'
    )
    html = to_html(table(["a", "b"], [["1\n2", "3"]], "lr"))
    assert "<td></td>\n<th>b</th>" in to_html(table(["", "b"], [["1", "2"]], "ll"))
    assert '<th class="number">b</th>' in html and "<td>1 2</td>" in html and "style" not in html
    assert "<li>one</li>" in to_html("- one\n- two")


@pytest.mark.parametrize("text", HOSTILE)
def test_markdown_shows_what_it_does_not_allow(text):
    read = Reader(to_html(text) + inline(text))
    assert not {"script", "b", "a", "img"} & {tag for tag, _ in read.tags}


def test_a_code_block_cannot_be_left():
    text = "a\n```\n<b>\n````"
    assert Reader(to_html(code_block(text))).text_of["code"] == [text + "\n"]


def test_a_page_without_figures_still_has_every_item(tmp_path, quick):
    shutil.copytree(quick.folder, tmp_path / "rnn")
    read = Reader(report(tmp_path, tmp_path / "out"))
    assert len(read.text_of["h3"]) == 6
    assert "The run left nothing for this item." in "".join(read.text_of["p"])


def test_modules_of_the_script_come_after_those_that_they_import_and_share_no_name():
    defined: dict[str, str] = {}
    for name in MODULES:
        source = bundle([name])
        for imported in re.findall(r'from "\./(\w+)\.js"', (HERE / f"{name}.js").read_text(encoding="utf-8")):
            assert imported in MODULES[: MODULES.index(name)]
        for word in re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", source, re.MULTILINE):
            assert word not in defined, f"{word} is in {defined.get(word)} and {name}"
            defined[word] = name
        assert not re.search(r"^(import|export)\b", source, re.MULTILINE)
    assert {path.stem for path in HERE.glob("*.js")} == set(MODULES)


def test_a_page_of_nothing_is_a_page():
    assert json.dumps(page([])).count("<main") == 1
