"""The player of a graph shows what backward did: its last sums are the gradients, and a browser can step through it."""

import json
import re

import numpy as np
import pytest

from autograd import Tensor, graph, nn
from autograd.tools.graph.player import MAX_BOXES, array_as_json
from tests.fakes.chromium import Browser, needs_chromium

DATA = re.compile(r'<script type="application/json" id="data">(.*?)</script>', re.DOTALL)


def leaf(value, name):
    return Tensor(np.array(value), requires_grad=True, name=name)


def neuron(path):
    """tanh(w x + b), played into a file; gives its leaves."""
    w, x, b = leaf(2.0, "w"), leaf(-1.0, "x"), leaf(1.5, "b")
    with graph.recording(arrays=True):
        y = (w * x + b).tanh()
    y.backward()
    graph.to_html(y, path)
    return w, x, b


def read(path):
    return json.loads(DATA.search(path.read_text(encoding="utf-8"))[1])


def last_sums(data):
    """The last sum of each box by its title."""
    return {data["boxes"][s["parent"]]["title"]: s["sum"] for s in data["walks"][0]["steps"] if s["kind"] == "share"}


def test_the_last_sums_of_the_json_are_the_gradients_to_the_last_digit(tmp_path):
    rng = np.random.default_rng(0)
    x = Tensor(rng.standard_normal((5, 3)), requires_grad=True, name="x")
    net = nn.Sequential(nn.Linear(3, 4, rng, dtype=np.float64), nn.Tanh(), nn.LayerNorm(4, dtype=np.float64))
    with graph.recording(arrays=True):
        y = net(x)
        loss = (y * y).mean() + (x * x).sum()
        loss.backward()
    graph.to_html(loss, tmp_path / "player.html", module=net)
    sums = last_sums(read(tmp_path / "player.html"))
    for name, p in {"x": x, **dict(net.named_parameters())}.items():
        assert np.array_equal(np.reshape(sums[name]["numbers"], p.shape), p.grad), name


def test_several_results_of_an_op_collect_their_gradients_apart(tmp_path):
    rng = np.random.default_rng(0)
    layer = nn.GRU(2, 3, rng=rng, dtype=np.float64)
    x = Tensor(rng.standard_normal((1, 4, 2)), requires_grad=True, name="x")
    with graph.recording(arrays=True):
        hidden, last = layer(x)
        loss = hidden.sum() + (last * last).sum()
        loss.backward()
    graph.to_html(loss, tmp_path / "player.html")
    data = read(tmp_path / "player.html")
    gru = next(i for i, box in enumerate(data["boxes"]) if box["op"] == "gru")
    assert {s["slot"] for s in data["walks"][0]["steps"] if s.get("parent") == gru} == {0, 1}
    assert np.array_equal(np.reshape(last_sums(data)["x"]["numbers"], x.shape), x.grad)


def test_each_share_is_g_times_slope(tmp_path):
    neuron(tmp_path / "player.html")
    shares = [s for s in read(tmp_path / "player.html")["walks"][0]["steps"] if s["kind"] == "share"]
    assert len(shares) == 5
    for s in shares:
        assert s["g"]["numbers"][0] * s["slope"]["numbers"][0] == pytest.approx(s["share"]["numbers"][0])


def test_the_file_needs_no_network_and_its_data_cannot_end_the_script(tmp_path):
    x = leaf(1.0, "</script><script>alert(1)</script>")
    with graph.recording(arrays=True):
        y = x * x
        y.backward()
    graph.to_html(y, tmp_path / "player.html", title="<b>")
    text = (tmp_path / "player.html").read_text(encoding="utf-8")
    assert text.count("</script>") == 2
    assert "<b>" not in text
    assert re.findall(r"""(?:src|href)=|https?://(?!www\.w3\.org/2000/svg)|import""", text) == []


def test_what_cannot_be_played_is_refused_with_the_remedy(tmp_path):
    path = tmp_path / "player.html"
    x = leaf(1.0, "x")
    with pytest.raises(ValueError, match="nothing to draw"):
        graph.to_html(Tensor(1.0), path)
    with pytest.raises(RuntimeError, match=r"recording\(arrays=True\)"):
        graph.to_html(x * x, path)
    with graph.recording(arrays=True):
        y = x * x
        with pytest.raises(RuntimeError, match=r"call \.backward\(\) before"):
            graph.to_html(y, path)
        for _ in range(MAX_BOXES):
            y = y + x
    y.backward()
    with pytest.raises(ValueError, match=f"at most {MAX_BOXES}"):
        graph.to_html(y, path)
    assert not path.exists()


def test_a_large_array_is_told_by_its_norm_and_what_is_no_number_by_its_name():
    assert "numbers" not in array_as_json(np.ones(2000))
    assert array_as_json(np.array([np.nan, -np.inf, 1]))["numbers"] == ["NaN", "-Infinity", 1.0]


@needs_chromium
def test_a_browser_steps_through_it_by_mouse_and_by_keys(tmp_path):
    w, _, _ = neuron(tmp_path / "player.html")
    with Browser() as browser:
        browser.load(tmp_path / "player.html")
        said = "document.getElementById('said').textContent"
        browser.evaluate("document.getElementById('next').click()")
        assert browser.evaluate(said) == "1 of 9. forward: mul gives -2"
        for _ in range(3):
            browser.press("ArrowRight")
        assert "backward begins: the gradient of the result is 1" in browser.evaluate(said)
        browser.press("ArrowRight")
        assert "tanh → add: g × slope = share: 1 × 0.7864 = 0.7864; the sum so far 0.7864" in browser.evaluate(said)
        browser.press("ArrowLeft")
        assert browser.evaluate(said).startswith("4 of 9")
        browser.evaluate("document.getElementById('last').click()")
        box = "[...document.querySelectorAll('#picture g')].find(g => g.getAttribute('aria-label') === 'w')"
        assert browser.evaluate(f"{box}.querySelector('.gradient').textContent") == f"gradient {w.grad:.4g}"
        browser.evaluate(f"{box}.focus()")
        browser.press("Enter")
        cells = "[...document.querySelectorAll('.arrays td')].map(cell => Number(cell.title))"
        assert browser.evaluate(cells) == [2.0, float(w.grad)]
        assert browser.complaints == []
        assert [url for url in browser.requests if not url.startswith("file:")] == []
