"""What a notebook shows: HTML that is escaped, small tables, long arrays cut, a graph as SVG."""

from xml.etree import ElementTree

import numpy as np

from autograd import Tensor, graph, nn


def parsed(html):
    return ElementTree.fromstring(f"<div>{html}</div>")


def cells(html):
    return [cell.text for cell in parsed(html).iter("td")]


def test_a_small_tensor_is_a_table_of_its_elements_and_of_its_gradient():
    x = Tensor(np.array([[1.0, 2.5], [3.0, -4.0]]), requires_grad=True, name="a < b & c")
    (x * 2).sum().backward()
    html = x._repr_html_()
    assert cells(html) == ["1", "2.5", "3", "-4", "2", "2", "2", "2"]
    assert "".join(parsed(html).itertext()).startswith("a < b & c shape (2, 2), float64, requires_grad")


def test_numbers_vectors_and_large_arrays_are_shown_too():
    assert cells(Tensor(2.0)._repr_html_()) == ["2"]
    assert cells(Tensor([1, 2])._repr_html_()) == ["1", "2"]
    assert cells(Tensor(np.array([True]))._repr_html_()) == ["1"]
    long = Tensor(np.zeros((1000, 1000)))._repr_html_()
    assert cells(long) == []
    assert "..." in long
    assert len(long) < 2000
    assert "(0, 3)" in Tensor(np.zeros((0, 3)))._repr_html_()
    assert "made by mul" in (Tensor([1.0], requires_grad=True) * 2)._repr_html_()


def test_a_module_is_its_text_and_a_table_of_its_parameters():
    net = nn.Sequential(nn.Linear(2, 3, np.random.default_rng(0)), nn.Tanh())
    net[0].bias.requires_grad = False
    html = net._repr_html_()
    assert cells(html)[:5] == ["0.weight", "(3, 2)", "float32", "6", "trained"]
    assert cells(html)[5:] == ["0.bias", "(3,)", "float32", "3", "frozen"]
    assert parsed(html).find("pre").text == repr(net)
    assert "<table>" not in nn.Tanh()._repr_html_()


def test_a_drawn_graph_shows_itself_as_the_svg_that_is_written_to_a_file(tmp_path):
    x = Tensor([2.0], requires_grad=True, name="x")
    picture = graph.picture_of((x * x).sum())
    assert "mul" in picture._repr_svg_()
    path = graph.to_svg((x * x).sum(), tmp_path / "graph.svg")
    assert path.read_text(encoding="utf-8") == picture.svg
    assert [file.name for file in tmp_path.iterdir()] == ["graph.svg"]
