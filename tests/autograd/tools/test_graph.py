"""autograd.graph draws what was computed from what: the whole of it, under its names, and folded where it is long."""

import doctest
import re
from itertools import pairwise
from xml.etree import ElementTree

import numpy as np
import pytest

import autograd
from autograd import Tensor, cells, debug, graph, nn, profile
from autograd.tools.graph.layout import lay_out
from autograd.tools.graph.text import chosen_vertices


def leaf(*values, name=None):
    return Tensor(np.array(values, np.float32), requires_grad=True, name=name)


def x_times_y_plus_x():
    x, y = leaf(2, name="x"), leaf(3, name="y")
    return x * y + x


def recurrent(steps, x_requires_grad=False):
    """A simple recurrent layer over `steps` steps, in ordinary ops."""
    rng = np.random.default_rng(0)

    def parameter(name, *shape):
        return Tensor(rng.standard_normal(shape), requires_grad=True, name=name)

    x = Tensor(rng.standard_normal((2, steps, 3)), requires_grad=x_requires_grad)
    weights = parameter("W_ih", 5, 3), parameter("W_hh", 5, 5), parameter("b_ih", 5), parameter("b_hh", 5)
    hidden, _ = cells.rnn_tanh_steps(x, np.zeros((2, 5)), *weights)
    return (hidden * hidden).mean()


def boxes(mermaid):
    """The lines of each box, from Mermaid's text."""
    return [text.split("<br/>") for text in re.findall(r'"(.*)"', mermaid)]


def titles(mermaid):
    return [lines[0] for lines in boxes(mermaid)]


# Mermaid and DOT


def test_the_text_of_a_small_graph_is_exactly_this():
    assert graph.to_mermaid(x_times_y_plus_x()).splitlines() == [
        "flowchart TD",
        '    n0(["x<br/>(1,) float32"])',
        '    n1(["y<br/>(1,) float32"])',
        '    n2["mul<br/>(1,) float32"]',
        '    n3["add<br/>(1,) float32"]',
        "    n0 --> n2",
        "    n1 --> n2",
        "    n2 --> n3",
        "    n0 --> n3",
    ]
    assert graph.to_dot(x_times_y_plus_x()).splitlines() == [
        "digraph {",
        '    node [shape=box, fontname="sans-serif"]',
        '    n0 [label="x\\n(1,) float32", style=rounded]',
        '    n1 [label="y\\n(1,) float32", style=rounded]',
        '    n2 [label="mul\\n(1,) float32"]',
        '    n3 [label="add\\n(1,) float32"]',
        "    n0 -> n2",
        "    n1 -> n2",
        "    n2 -> n3",
        "    n0 -> n3",
        "}",
    ]


def test_a_value_used_twice_by_one_op_has_two_arrows():
    x = leaf(2, name="x")
    assert graph.to_mermaid(x * x).count("n0 --> n1") == 2


def test_a_leaf_is_a_graph_of_one_box():
    assert boxes(graph.to_mermaid(leaf(1, name="x"))) == [["x", "(1,) float32"]]


def test_names_cannot_break_the_syntax():
    x = leaf(1, name='"a" <b> #1 & c')
    assert '"#quot;a#quot; #lt;b#gt; #35;1 #amp; c<br/>' in graph.to_mermaid(x * 2)
    assert r'label="\"a\" <b> #1 & c\n' in graph.to_dot(x * 2)


def test_parameters_have_their_dotted_names_and_values_when_the_module_is_given():
    net = nn.Sequential(nn.Linear(3, 4, np.random.default_rng(0)), nn.Linear(4, 2, np.random.default_rng(1)))
    y = net(Tensor(np.ones((5, 3), np.float32)))
    text = graph.to_mermaid(y, module=net, values=True)
    assert {"0.weight", "0.bias", "1.weight", "1.bias"} < set(titles(text))
    norm = np.linalg.norm(net.state_dict()["0.weight"])
    assert ["0.weight", "(4, 3) float32", f"value: norm {norm:.4g}"] in boxes(text)
    assert titles(graph.to_mermaid(y)).count("leaf") == 4


def test_a_named_result_tells_name_and_op():
    y = leaf(1, name="x") * 2
    y.name = "twice"
    assert titles(graph.to_mermaid(y)) == ["x", "twice = mul"]


def test_a_dtype_that_changes_is_seen():
    y = leaf(1).astype(np.float64) * 2
    assert [lines[1] for lines in boxes(graph.to_mermaid(y))] == ["(1,) float32", "(1,) float64", "(1,) float64"]


def test_an_op_with_several_results_is_one_box_that_tells_the_shapes_that_were_used():
    net = nn.LSTM(3, 4, rng=np.random.default_rng(0))
    hidden, (_, cell) = net(Tensor(np.ones((2, 5, 3), np.float32)))
    text = boxes(graph.to_mermaid(hidden.sum() + cell.sum(), module=net))
    assert ["lstm", "(2, 4) float32", "(2, 5, 4) float32"] in text
    assert sum(lines[0] == "lstm" for lines in text) == 1
    assert ["lstm", "(2, 5, 4) float32"] in boxes(graph.to_mermaid(hidden))


@pytest.mark.parametrize("is_used", [False, True])
def test_constants_and_used_graphs_are_refused_in_words(is_used):
    if is_used:
        y = x_times_y_plus_x()
        y.backward()
        with pytest.raises(RuntimeError, match="backward has used up the graph through add: draw it before"):
            graph.to_mermaid(y)
    else:
        with pytest.raises(ValueError, match="depends on no tensor that requires a gradient"):
            graph.to_mermaid(Tensor([1.0]))


# recording


def test_a_recorded_graph_can_be_drawn_after_backward_with_values_and_gradients():
    with graph.recording():
        z = x_times_y_plus_x()
        z.backward()
    assert boxes(graph.to_mermaid(z, values=True, gradients=True)) == [
        ["x", "(1,) float32", "value: 2", "gradient: 4"],
        ["y", "(1,) float32", "value: 3", "gradient: 2"],
        ["mul", "(1,) float32", "value: 6", "gradient: 1"],
        ["add", "(1,) float32", "value: 8", "gradient: 1"],
    ]


def test_values_belong_to_the_leaf_and_not_to_a_constant_beside_it():
    x = leaf(2, name="x")
    with graph.recording():
        y = Tensor(np.array([7], np.float32)) * x
    assert boxes(graph.to_mermaid(y, values=True))[0] == ["x", "(1,) float32", "value: 2"]


def test_long_arrays_are_told_by_their_norm():
    with graph.recording():
        y = leaf(3, 4, 0, 0, name="x") * 1
    assert boxes(graph.to_mermaid(y, values=True))[0][-1] == "value: norm 5"


def test_recording_changes_no_bit_and_keeps_no_array():
    def gradients():
        net = nn.LSTM(3, 4, rng=np.random.default_rng(0))
        hidden, _ = net(Tensor(np.random.default_rng(1).standard_normal((2, 5, 3)).astype(np.float32)))
        loss = (hidden * hidden).mean()
        loss.backward()
        return loss, [loss.data.tobytes(), *[p.grad.tobytes() for p in net.parameters()]]

    plain = gradients()[1]
    with graph.recording(), debug():
        loss, recorded = gradients()
    assert recorded == plain
    assert not any(isinstance(v, np.ndarray) for v in vars(loss.node.notes).values())


def test_outside_the_block_nothing_is_noted():
    with graph.recording():
        pass
    assert x_times_y_plus_x().node.notes is None


# folding


def test_a_recorded_recurrent_graph_folds_to_one_box_of_its_cell():
    with graph.recording():
        loss = recurrent(steps=20)
    text = graph.to_mermaid(loss)
    assert titles(text) == ["W_ih", "b_ih", "W_hh", "b_hh", "20 x rnn_tanh_cell", "stack", "mul", "mean"]
    assert text.count("n4 --> n5") == 1
    (box,) = [lines for lines in boxes(text) if "rnn" in lines[0]]
    assert box[1:] == ["(2, 5) float64", "transpose, matmul, add, tanh", "160 ops"]


def test_without_recording_the_steps_fold_too_but_for_the_first_which_has_no_earlier_state():
    assert "19 x the same" in titles(graph.to_mermaid(recurrent(steps=20)))


def test_fold_false_shows_every_op():
    text = graph.to_mermaid(recurrent(steps=20), fold=False)
    assert titles(text).count("tanh") == 20
    assert len(titles(text)) == 4 + 8 * 20 + 3


def test_short_graphs_and_few_repetitions_stay_as_they_are():
    x = y = leaf(1)
    for _ in range(10):
        y = y.tanh()
    assert titles(graph.to_mermaid(y)).count("tanh") == 10
    for _ in range(3):
        for op in (autograd.exp, autograd.sigmoid, autograd.relu, autograd.softplus, autograd.neg, autograd.abs):
            x = op(x)
    assert titles(graph.to_mermaid((x * 2 + 3) * 4 + 5)).count("exp") == 3


def test_two_repetitions_in_a_row_make_two_boxes_and_nothing_between_is_lost():
    y = leaf(1.0)
    for _ in range(12):
        y = (y * 2).tanh()
    y = y.exp()
    for _ in range(9):
        y = (y + 1).sigmoid()
    text = boxes(graph.to_mermaid(y))
    assert [lines[0] for lines in text] == ["leaf", "12 x the same", "exp", "9 x the same"]
    assert [lines[2] for lines in text if "x" in lines[0][:4] and lines[0] != "exp"] == ["mul, tanh", "add, sigmoid"]


def test_modules_fold_to_one_box_each_when_the_graph_was_recorded():
    rng = np.random.default_rng(0)
    net = nn.Sequential(nn.Linear(3, 4, rng), nn.Linear(4, 2, rng))
    x = Tensor(np.ones((5, 3), np.float32))
    with graph.recording():
        loss = (net(x) * 2).sum()
    text = graph.to_mermaid(loss, module=net, fold="modules")
    assert [t for t in titles(text) if "weight" not in t and "bias" not in t] == [
        "0: Linear",
        "1: Linear",
        "mul",
        "sum",
    ]
    with pytest.raises(ValueError, match="pass module=model"):
        graph.to_mermaid(loss, fold="modules")
    with pytest.raises(ValueError, match="needs to know which module ran an op"):
        graph.to_mermaid(net(x), module=net, fold="modules")
    with pytest.raises(ValueError, match="expected True, False or"):
        graph.to_mermaid(loss, fold="steps")


def test_a_deep_graph_needs_no_recursion():
    y = leaf(1)
    for _ in range(3000):
        y = y * 1
    assert titles(graph.to_mermaid(y)) == ["leaf", "3000 x the same"]


# layout and drawing


@pytest.fixture(scope="module")
def placed():
    """The layout of a graph of some sixty boxes: (vertices, sizes, layout)."""
    vertices = chosen_vertices(recurrent(steps=6, x_requires_grad=True), None, fold=False)
    sizes = {v: (60.0 + 3 * (i % 7), 20.0 + 8 * (i % 3)) for i, v in enumerate(vertices)}
    assert len(vertices) > 55
    return vertices, sizes, lay_out({v: v.parents for v in vertices}, sizes)


def rectangles(placed):
    vertices, sizes, layout = placed
    for v in vertices:
        (x, y), (w, h) = layout.centres[v], sizes[v]
        yield v, x - w / 2, y - h / 2, x + w / 2, y + h / 2


def test_no_two_boxes_overlap(placed):
    placed = list(rectangles(placed))
    for i, (_, left, top, right, bottom) in enumerate(placed):
        for _, other_left, other_top, other_right, other_bottom in placed[:i]:
            assert right < other_left or other_right < left or bottom < other_top or other_bottom < top


def test_arrows_run_down_and_through_no_box(placed):
    vertices, _, layout = placed
    bounds = list(rectangles(placed))
    assert len(layout.arrows) == sum(len(set(v.parents)) for v in vertices)
    for stops in layout.arrows:
        for i, ((xa, ya), (xb, yb)) in enumerate(pairwise(stops)):
            assert yb >= ya
            assert i % 2 == 1 or xa == xb
            for _, left, top, right, bottom in bounds:
                crosses = min(xa, xb) < right and left < max(xa, xb) and ya < bottom - 1e-6 and top + 1e-6 < yb
                assert not crosses


def test_the_svg_is_well_formed_holds_every_box_and_is_the_same_each_time(tmp_path):
    path = graph.to_svg(x_times_y_plus_x(), tmp_path / "graph.svg", values=True)
    root = ElementTree.parse(path).getroot()
    assert root.tag.endswith("svg")
    words = [e.text for e in root.iter() if e.tag.endswith("text")]
    assert [w for w in words if w in ("x", "y", "mul", "add")] == ["x", "y", "mul", "add"]
    assert words[-1] == "value: 8"
    again = graph.to_svg(x_times_y_plus_x(), tmp_path / "again.svg", values=True)
    assert path.read_bytes() == again.read_bytes()
    assert {p.name for p in tmp_path.iterdir()} == {"graph.svg", "again.svg"}


# names


def test_tensors_can_be_named_and_tell_it():
    x = Tensor([1.0, 2.0], requires_grad=True, name="x")
    assert repr(x) == "Tensor([1. 2.], shape=(2,), dtype=float32, requires_grad=True, name='x')"
    assert (x * 2).name is None
    constant = Tensor([1.0], name="c")
    assert repr(constant) == "Tensor([1.], shape=(1,), dtype=float32, name='c')"
    constant.requires_grad = True
    assert titles(graph.to_mermaid(constant * 2))[0] == "c"


def test_a_tensor_tells_its_gradient():
    x = leaf(1, 2)
    (x * x).sum().backward()
    assert repr(x) == "Tensor([1. 2.], shape=(2,), dtype=float32, requires_grad=True, grad=[2. 4.])"


def test_the_example_works():
    assert doctest.testmod(graph).failed == 0
    assert doctest.testmod(graph).attempted > 0


def test_the_graph_of_a_profiled_computation_is_the_same():
    with profile():
        y = x_times_y_plus_x()
    assert graph.to_mermaid(y) == graph.to_mermaid(x_times_y_plus_x())
