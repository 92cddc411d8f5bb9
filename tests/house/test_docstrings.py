"""What is public says what it does: the formula of every op forward and backward, shapes, errors, and the source."""

import ast
import importlib
import inspect
import pkgutil
import re

import pytest

from autograd.rules import RULES
from tests.house.test_layering import ROOT

PACKAGES = ("autograd", "rnn", "vae", "data")
YEAR = re.compile(r"\b(1[89]|20)\d\d\b")
SHAPE = re.compile(r"shape|\((\.\.\.|[A-Z][a-z]?'?|batch)(,| )")


def modules():
    """All modules of the packages, but kernels, which are no interface, and exercises, whose task is above them.

    `autograd.numpy` cannot be imported: that is what it is for.
    """
    for package in PACKAGES:
        root = importlib.import_module(package)
        names = [name for _, name, _ in pkgutil.walk_packages(root.__path__, f"{package}.")]
        yield from (
            importlib.import_module(name)
            for name in (package, *names)
            if not {"kernels", "blanks", "worked", "numpy"} & set(name.split("."))
        )


def public(module):
    """(name, thing) for each public function, class and member of a class that the module defines."""
    for name, thing in vars(module).items():
        if name.startswith("_") or getattr(thing, "__module__", None) != module.__name__:
            continue
        if inspect.isfunction(thing) and thing.__name__ != "<lambda>":
            yield name, thing
        if inspect.isclass(thing):
            yield name, thing
            for member, value in vars(thing).items():
                is_code = inspect.isfunction(value) or isinstance(value, property | staticmethod | classmethod)
                if is_code and not member.startswith("_"):
                    yield f"{name}.{member}", getattr(thing, member)


def is_told(name, thing, module):
    """Whether there is a docstring, inherited ones included, or the class names the member in its own."""
    text = inspect.getdoc(thing) or ""
    if text and not text.startswith(f"{name.split('.')[-1]}("):  # what dataclass writes is no help
        return True
    owner = getattr(module, name.split(".")[0])
    return "." in name and f"`{name.split('.')[-1]}`" in (inspect.getdoc(owner) or "")


@pytest.mark.parametrize("module", [*modules()], ids=lambda module: module.__name__)
def test_everything_public_has_a_docstring(module):
    assert (inspect.getdoc(module) or "").strip()
    assert [name for name, thing in public(module) if not is_told(name, thing, module)] == []


@pytest.mark.parametrize("op", RULES)
def test_every_op_tells_its_formula_forward_and_backward_and_its_shapes(op):
    text = inspect.getdoc(RULES[op])
    file = inspect.getmodule(RULES[op]).__doc__
    assert "Backward:" in text
    assert len(text.split("Backward:")[0]) > 2
    assert SHAPE.search(text) or "shape" in file or "axis" in file or "place" in file, "shapes: here or for the file"


def test_public_functions_of_tensors_hand_the_ops_docstrings_on():
    import autograd

    for op in set(RULES) & set(vars(autograd)):
        assert inspect.getdoc(getattr(autograd, op)) == inspect.getdoc(RULES[op])
    for method in ("sum", "exp", "reshape", "var"):
        assert inspect.getdoc(getattr(autograd.Tensor, method)) == inspect.getdoc(RULES[method])


def untold_errors(source):
    """Functions that raise an error by name, which neither their docstring nor that of their class mentions."""
    found = []

    def visit(node, name, told):
        told_by = {}  # a property's setter has its docstring in the getter
        for child in node.body:
            if not isinstance(child, ast.ClassDef | ast.FunctionDef):
                continue
            is_private = child.name.startswith("_") and child.name != "__init__"
            text = told_by[child.name] = told_by.get(child.name, told) + (ast.get_docstring(child) or "")
            if isinstance(child, ast.ClassDef) and not is_private:
                visit(child, f"{child.name}.", text)
            elif isinstance(child, ast.FunctionDef) and not is_private:
                raised = {n.exc.func.id for n in ast.walk(child) if isinstance(n, ast.Raise) and _is_named(n.exc)}
                found.extend(f"{name}{child.name}: {error}" for error in sorted(raised) if error not in text)

    visit(ast.parse(source), "", "")
    return found


def _is_named(exception):
    """Whether it is SomeError(...): what is passed on, or made by a helper, is told where it is made."""
    called = isinstance(exception, ast.Call) and isinstance(exception.func, ast.Name)
    return called and exception.func.id[0].isupper() and exception.func.id != "NotImplementedError"


SOURCES = [
    path
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
    if not {"blanks", "worked", "kernels", "optim"} & set(path.parts)
]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_errors_that_a_public_function_raises_are_told(path):
    assert untold_errors(path.read_text(encoding="utf-8")) == []


DUE = [  # what somebody has published
    "autograd.rules.normalization:batch_norm",
    "autograd.rules.normalization:group_norm",
    "autograd.rules.normalization:layer_norm",
    "autograd.rules.recurrent:rnn_tanh",
    "autograd.rules.recurrent:lstm",
    "autograd.rules.recurrent:gru",
    "autograd.rules.likelihood:kl_standard_normal",
    "autograd.nn.layers:Dropout",
    "autograd.optim.adam:adam_formula",
    "autograd.optim.sgd:SGD",
    "autograd.nn.init:xavier_uniform",
    "autograd.nn.init:kaiming_normal",
    "autograd.nn.init:orthogonal",
    "autograd.proof.checking.probe:Probe",
    "vae.model:VAE",
    "vae.elbo:elbo_terms",
]


@pytest.mark.parametrize("due", DUE)
def test_what_somebody_has_published_names_its_source(due):
    module, name = due.split(":")
    home = importlib.import_module(module)
    assert YEAR.search((inspect.getdoc(getattr(home, name)) or "") + (home.__doc__ or ""))


def test_an_error_that_is_not_told_is_found():
    source = 'def f():\n    """Nothing said."""\n    raise ValueError("no")\n'
    assert untold_errors(source) == ["f: ValueError"]
    assert untold_errors(source.replace("Nothing said", "Raises ValueError")) == []
    source = 'class C:\n    """Raises KeyError."""\n    def __init__(self):\n        raise KeyError("no")\n'
    assert untold_errors(source) == []
    assert untold_errors(source.replace("Raises KeyError", "Nothing")) == ["C.__init__: KeyError"]
    assert untold_errors('def _f():\n    raise ValueError("no")\n') == []


def test_what_a_dataclass_writes_by_itself_is_no_docstring():
    import dataclasses
    import types

    made = dataclasses.make_dataclass("Point", ["x"])
    assert not is_told("Point", made, types.SimpleNamespace(Point=made))
