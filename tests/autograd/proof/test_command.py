"""``python -m autograd``: the table of ops, one op, mutations, whole models, step sizes."""

import math
import re
import subprocess
import sys

import imageio.v3 as imageio
import numpy as np
import pytest

from autograd.functional import lift
from autograd.proof import step_sizes
from autograd.proof.command import main
from autograd.proof.models import MODELS
from autograd.proof.mutations import MUTANTS
from autograd.proof.samples import SAMPLES
from autograd.proof.slow_forms import REFERENCES, disagreement
from autograd.proof.timing import WORKLOADS, measure
from autograd.rules import RULES

FEW = ("tanh", "softmax", "getitem")


@pytest.fixture
def few_ops(monkeypatch):
    """A table of three ops, so that a test need not wait for all."""
    rules = {name: RULES[name] for name in FEW}
    monkeypatch.setattr("autograd.proof.table.RULES", rules)
    return rules


def lines_of(capsys):
    return capsys.readouterr().out.splitlines()


def test_the_table_shows_every_op_with_formula_shapes_errors_and_cost(capsys):
    assert main([]) == 0
    lines = lines_of(capsys)
    rows = [line.split() for line in lines[1 : 1 + 3 * len(RULES) : 3]]
    assert [row[0] for row in rows] == list(RULES)
    for name, _derivatives, differences, complex_step, reference, _us, forward, backward in rows:
        assert float(differences) < 1e-6
        assert complex_step == "-" or float(complex_step) < 1e-10
        assert (reference != "-") == (name in REFERENCES)
        assert re.fullmatch(r"[\d.]+x [\d.]+x", f"{forward} {backward}")
    assert "    Hyperbolic tangent. Backward: g * (1 - y^2)." in lines
    assert "    3x4; (); 0x3" in lines
    assert lines[-1] == f"{len(RULES)} of {len(RULES)} ops agree with central differences in float64"


def test_the_table_exits_with_1_and_names_an_op_that_is_wrong(capsys, few_ops):
    def tanh(x):
        y = np.tanh(x)
        return y, lambda g: 1.0001 * g * (1 - y * y)

    few_ops["tanh"] = tanh
    assert main([]) == 1
    out = capsys.readouterr().out
    assert "wrong: tanh" in out
    assert "argument 0 (x) is wrong" in out
    assert main(["--op", "tanh"]) == 1
    assert main(["--op", "softmax"]) == 0


def test_the_table_survives_an_op_that_raises(capsys, few_ops):
    def tanh(x):
        raise ValueError("this op is broken")

    few_ops["tanh"] = tanh
    assert main([]) == 1
    assert "this op is broken" in capsys.readouterr().out


def test_the_table_counts_an_op_without_samples_as_wrong(capsys, few_ops):
    few_ops["unheard_of"] = lambda x: (x, lambda g: g)
    assert main([]) == 1
    assert "no samples" in capsys.readouterr().out


def test_an_op_that_is_not_its_reference_is_wrong_though_its_gradient_is_right(capsys, few_ops):
    few_ops["softmax"] = lambda x, axis=-1: (2 * x, lambda g: 2 * g)
    assert main([]) == 1
    assert re.search(r"differs from its reference by \d", capsys.readouterr().out)
    assert main(["--op", "softmax"]) == 1


def test_details_of_one_op_show_its_formula_every_sample_and_its_cost(capsys):
    assert main(["--op", "softmax"]) == 0
    out = capsys.readouterr().out
    assert out.startswith("softmax: p = e^x / sum e^x.")
    assert "2x3x4; axis=1\n    x (2, 3, 4): 24 checked" in out
    assert "    reference: differs by " in out
    assert "us for the bare forward pass in NumPy, on 256x256 in float32" in out


@pytest.mark.parametrize("op", REFERENCES)
def test_an_op_is_its_reference_in_values_and_gradients(op):
    for sample in SAMPLES[op]:
        arrays = sample.draw(np.random.default_rng(0))
        error = disagreement(lift(RULES[op]), REFERENCES[op], arrays, sample.options)
        assert error < (1e-7 if "running_mean" in sample.options else 1e-12)


def test_a_reference_of_another_shape_or_value_disagrees():
    x = [np.linspace(0.1, 1, 6).reshape(2, 3)]
    assert disagreement(lift(RULES["exp"]), lift(RULES["exp"]), x, {}) == 0
    assert disagreement(lift(RULES["exp"]), lambda t: t.exp() * 1.001, x, {}) > 1e-4
    assert math.isinf(disagreement(lift(RULES["exp"]), lambda t: t.exp().sum(), x, {}))


def test_every_op_has_a_workload_to_be_timed_on_or_a_sample():
    assert set(WORKLOADS) <= set(RULES)
    cost = measure("lstm")
    assert 0 < cost.bare < 1
    assert 0 < cost.backward < 1
    assert cost.shapes.startswith("32x10x16, 32x32, 32x32")


def test_mutations_of_one_op_tell_what_was_done_and_what_was_said(capsys):
    assert main(["--mutations", "--op", "neg"]) == 0
    out = capsys.readouterr().out
    assert "neg (x), sign: minus forgotten\n    the gradient of argument 0" in out
    broken = sum(m.op == "neg" for m in MUTANTS)
    assert f"{broken} of {broken} broken backward passes of 1 ops and the engine caught" in out


def test_a_mutant_that_escapes_is_printed_and_makes_the_status_1(capsys, monkeypatch):
    from autograd.proof.mutations.mutant import Mutant

    monkeypatch.setattr("autograd.proof.command.MUTANTS", [Mutant("neg", "x", "sign", "nothing at all", RULES["neg"])])
    assert main(["--mutations"]) == 1
    assert "NOT CAUGHT: neg (x), sign: nothing at all" in capsys.readouterr().out


@pytest.mark.parametrize("model", MODELS)
def test_a_whole_model_is_right_along_random_directions(model, capsys):
    assert main(["--model", model, "--parameters", "1e4"]) == 0
    last = lines_of(capsys)[-1]
    count = int(re.match(rf"{model}: ([\d,]+) parameters", last).group(1).replace(",", ""))
    assert 0.9e4 < count < 1.5e4
    assert ("the noise replayed" in last) == (model == "vae")


def test_a_model_whose_gradient_is_wrong_makes_the_status_1(capsys, monkeypatch):
    def build(parameters, rng):
        model, loss = MODELS["gru"](parameters, rng)
        return model, lambda *_: loss() + model.parameters()[0].detach().sum()

    monkeypatch.setitem(MODELS, "rnn", build)
    assert main(["--model", "rnn", "--parameters", "100"]) == 1
    assert "the gradient of argument 0" in capsys.readouterr().out


def test_the_error_against_the_step_is_a_v_with_gradchecks_step_at_its_bottom():
    found = step_sizes.curves()
    for name in ("forward, float64", "central, float64", "central, float32"):
        error = found[name]
        bottom = error.argmin()
        assert error[0] > 100 * error[bottom] < error[-1]
    best = step_sizes.STEPS[found["central, float64"].argmin()]
    assert 0.2 < best / step_sizes.EPS < 5
    assert found["central, float32"].min() > 1e4 * found["central, float64"].min()
    assert found["complex step, float64"][0] < 1e-14


def test_step_sizes_are_printed_and_drawn(tmp_path, capsys):
    path = tmp_path / "v.png"
    assert main(["--step-sizes", str(path)]) == 0
    assert "central, float64       best: 1e-11 at a step of 6e-06" in capsys.readouterr().out
    assert imageio.imread(path)[..., :3].std() > 5
    assert list(tmp_path.iterdir()) == [path]
    assert main(["--step-sizes"]) == 0
    assert ".png" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--op", "unheard_of"], "invalid choice: 'unheard_of'"),
        (["--parameters", "many"], "many: expected a whole number of at least 1"),
        (["--parameters", "1.5"], "1.5: expected a whole number"),
        (["--mutations", "--model", "vae"], "not allowed with"),
    ],
)
def test_a_slip_on_the_command_line_is_told_in_one_line(arguments, words, capsys):
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err.splitlines()[-1]


def test_a_figure_that_cannot_be_written_is_told_in_one_line(tmp_path, capsys):
    for name in ("no_such_folder/v.png", "v.notapicture"):
        assert main(["--step-sizes", str(tmp_path / name)]) == 2
        assert "the figure cannot be written" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_reader_who_has_seen_enough_causes_no_traceback():
    command = f"{sys.executable} -m autograd --step-sizes | head -1"
    done = subprocess.run(command, shell=True, capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr


def test_the_self_test_prints_the_confusion_table_and_what_other_tests_find(capsys, monkeypatch):
    monkeypatch.setattr("autograd.proof.command.try_all", list)
    assert main(["--self-test"], more_tests=(lambda: True,)) == 0
    assert main(["--self-test"], more_tests=(lambda: True, lambda: False)) == 1
    assert "0 false alarms, 0 misses" in capsys.readouterr().out
