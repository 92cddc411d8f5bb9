"""The exercises: each can be solved, blank files are recognised, and wrong answers are told what is wrong with them."""

import re

import pytest

from autograd.exercises.__main__ import BLANKS, main
from autograd.exercises.catalogue import EXERCISES
from autograd.exercises.checking import NOT_STARTED, SOLVED, UNFINISHED, WRONG, judge, judge_file
from tests.house.test_documentation import ROOT

TODO = "raise NotImplementedError  # TODO"
SOLUTION = "from autograd.exercises.catalogue import EXERCISES\n\n{0} = EXERCISES['{0}'].solution\n"


def answered(name, folder, *answers):
    """The verdict on the blank file of an exercise with the gaps filled in, one after the other."""
    text = (BLANKS / f"{name}.py").read_text(encoding="utf-8")
    for answer in answers:
        text = text.replace(TODO, answer, 1)
    path = folder / f"{name}.py"
    path.write_text(text, encoding="utf-8")
    return judge_file(EXERCISES[name], path)


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_is_solved_by_the_engine_itself(name):
    assert judge(EXERCISES[name], EXERCISES[name].solution).state == SOLVED


@pytest.mark.parametrize("name", EXERCISES)
def test_a_blank_file_computes_what_the_engine_does_and_has_no_gradient_yet(name):
    verdict = judge_file(EXERCISES[name], BLANKS / f"{name}.py")
    assert set(verdict.remarks.values()) == {NOT_STARTED}
    assert verdict.state == NOT_STARTED


@pytest.mark.parametrize("name", EXERCISES)
def test_every_exercise_states_its_task_and_a_page_that_exists(name):
    text = (BLANKS / f"{name}.py").read_text(encoding="utf-8")
    assert f"docs/{EXERCISES[name].page}.md" in text.split('"""')[1]
    assert TODO in text


@pytest.mark.parametrize("name", EXERCISES)
def test_the_page_that_teaches_an_exercise_sends_the_reader_to_it(name):
    page = (ROOT / "docs" / f"{EXERCISES[name].page}.md").read_text(encoding="utf-8")
    there = re.search(r"## Try it\n(.*?)\n## ", page, re.DOTALL)
    assert there
    assert re.search(rf"[` ]{name}[` ]", there[1])


def test_every_blank_file_is_in_the_catalogue():
    assert {path.stem for path in BLANKS.glob("*.py")} - {"__init__"} == set(EXERCISES)


GRU_BY_HAND = (
    "dn, dz = g * (1 - z), g * (h - n)\n"
    "        da_n, da_z = dn * (1 - n * n), dz * z * (1 - z)\n"
    "        da_r = da_n * h_n * r * (1 - r)\n"
    "        return np.hstack([da_r, da_z, da_n]), np.hstack([da_r, da_z, da_n * r])",
    "return gates_back(g)[0] @ weight_ih",
    "return gates_back(g)[1] @ weight_hh + g * z",
    "return gates_back(g)[0].T @ x",
    "return gates_back(g)[1].T @ h",
    "return gates_back(g)[0].sum(0)",
    "return gates_back(g)[1].sum(0)",
)
LAYER_NORM_BY_HAND = (
    "k = g * weight\n        return (k - k.mean(-1, keepdims=True) - n * (k * n).mean(-1, keepdims=True)) / sigma",
    "return g * n",
    "return g",
)


@pytest.mark.parametrize(
    ("name", "answers"),
    [
        ("mul", ("return g * b", "return g * a")),
        ("softmax", ("return p * (g - (g * p).sum(axis, keepdims=True))",)),
        ("layer_norm", LAYER_NORM_BY_HAND),
        ("gru_cell", GRU_BY_HAND),
    ],
)
def test_a_file_filled_in_by_hand_is_solved(name, answers, tmp_path):
    assert answered(name, tmp_path, *answers).state == SOLVED


@pytest.mark.parametrize(
    ("name", "answers", "told"),
    [
        ("add", ("return g", "return -g"), "argument 1 (b) is wrong at index"),
        ("mul", ("return g * a", "return g * a"), "argument 0 (a) is wrong at index"),
        ("mul", ("return g * b", "g * a"), "gradient of b: expected an array, found nothing: is the return missing?"),
        ("tanh", ("return 1 - y * y",), "argument 0 (x) is wrong"),
        ("tanh", ("g *= 1 - y * y; return g",), "gradient of x changes g in place"),
        ("sum", ("return g",), "gradient of x has shape (), expected (3, 4)"),
        ("broadcast_to", ("return g",), "gradient of x has shape (2, 3, 4), expected (3, 1)"),
        ("getitem", ("full = 0 * x; full[key] = g; return full",), "argument 0 (x) is wrong at index (2, "),
        ("matmul", ("return b @ g.T", "return a.T @ g"), "gradient of a has shape (4, 3), expected (3, 4)"),
        ("softmax", ("return g * p * (1 - p)",), "argument 0 (x) is wrong"),
        ("cross_entropy", ("d = np.exp(log_p); d[rows, labels] -= 1; return g * d",), "argument 0 (logits) is wrong"),
        ("kl_standard_normal", ("return mean * g", "return 0"), "ValueError: operands could not be broadcast together"),
        ("relu", ("return g * (z > 0)",), "NameError: name 'z' is not defined (line 13)"),
        ("relu", ("return g *",), "relu.py:13: invalid syntax"),
        ("gru_cell", (*GRU_BY_HAND[:5], "return gates_back(g)[0]"), "bias_ih has shape (2, 6), expected (6,)"),
    ],
)
def test_a_typical_wrong_answer_is_refused_with_a_useful_message(name, answers, told, tmp_path):
    verdict = answered(name, tmp_path, *answers)
    assert verdict.state == WRONG
    assert told in verdict.message


def test_a_gradient_that_is_no_array_is_refused(tmp_path):
    verdict = answered("kl_standard_normal", tmp_path, "return mean * g[:, None]", "return 0")
    assert verdict.remarks["mean"] == SOLVED
    assert "the gradient of log_variance: expected an array, found a int" in verdict.message


def test_one_gradient_of_two_is_unfinished_and_a_wrong_one_does_not_hide_it(tmp_path):
    assert answered("mul", tmp_path, "return g * b").state == UNFINISHED
    assert answered("mul", tmp_path, "return g", "return g * a").remarks["b"] == SOLVED


def test_a_changed_forward_pass_is_noticed(tmp_path):
    path = tmp_path / "add.py"
    path.write_text("def add(a, b):\n    return a - b, lambda g: g, lambda g: -g\n")
    assert "forward pass" in judge_file(EXERCISES["add"], path).message


def test_a_file_without_the_function_or_without_all_gradients_is_refused(tmp_path):
    path = tmp_path / "add.py"
    path.write_text("x = 1\n")
    assert "there is no function add" in judge_file(EXERCISES["add"], path).message
    path.write_text("def add(a, b):\n    return a + b, lambda g: g\n")
    assert "there are 1 gradients, expected 2" in judge_file(EXERCISES["add"], path).message


def test_the_command_copies_checks_and_tells_by_its_status(tmp_path, capsys):
    folder = tmp_path / "mine"
    assert main(["--copy", str(folder)]) == 0
    assert main(["--folder", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "0 of 22 solved" in said
    assert said.count(f" {NOT_STARTED}\n") == 22  # set apart from the longest name of a page
    (folder / "tanh.py").write_text(SOLUTION.format("tanh"))
    assert main(["--copy", str(folder)]) == 0  # leaves what was written alone
    assert main(["tanh", "--folder", str(folder)]) == 0
    assert main(["tanh", "mul", "--folder", str(folder)]) == 1
    said = capsys.readouterr().out
    assert "x: solved" in said
    assert "next: " in said
    for name in EXERCISES:
        (folder / f"{name}.py").write_text(SOLUTION.format(name))
    assert main(["--folder", str(folder)]) == 0


def test_an_unknown_exercise_is_status_2_in_one_line(capsys):
    assert main(["nonsense"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_the_page_lists_every_exercise():
    page = (ROOT / "docs" / "exercises.md").read_text(encoding="utf-8")
    assert [name for name in EXERCISES if f"`{name}`" not in page] == []
