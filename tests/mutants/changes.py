"""One small mistake in the source of a module: another operator, a condition turned round, a number off by one."""

import ast
import copy
from collections.abc import Iterator

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Add, ast.Div: ast.Mult, ast.Pow: ast.Mult, ast.FloorDiv: ast.Mult,
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Not: ast.UAdd, ast.USub: ast.UAdd,
}  # fmt: skip


def mutants(source: str) -> Iterator[tuple[str, str]]:
    """What was changed, with its line, and the changed source; messages of errors and docstrings stay as they are."""
    tree = ast.parse(source)
    spared = {
        id(node) for each in ast.walk(tree) if isinstance(each, ast.Raise | ast.JoinedStr) for node in ast.walk(each)
    }
    for index, node in enumerate(ast.walk(tree)):
        if id(node) in spared:
            continue
        for what, change in _changes(node):
            changed = copy.deepcopy(tree)
            change(list(ast.walk(changed))[index])
            line = getattr(node, "lineno", 0)
            yield (
                f"line {line}: {what}: {source.splitlines()[line - 1].strip()}",
                ast.unparse(ast.fix_missing_locations(changed)),
            )


def _changes(node: ast.AST):
    """(what, function that does it to the same node of a copy) for each mistake that can be made at a node."""
    if isinstance(node, ast.BinOp | ast.BoolOp | ast.AugAssign | ast.UnaryOp) and type(node.op) in SWAPS:
        yield _swap(node.op), lambda copied: setattr(copied, "op", SWAPS[type(copied.op)]())
    if isinstance(node, ast.Compare) and type(node.ops[0]) in SWAPS:
        yield _swap(node.ops[0]), lambda copied: copied.ops.__setitem__(0, SWAPS[type(copied.ops[0])]())
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        yield "the condition turned round", lambda copied: setattr(copied, "test", ast.UnaryOp(ast.Not(), copied.test))
    if isinstance(node, ast.Constant) and type(node.value) in (int, float, bool):
        yield f"{node.value} is another", lambda copied: setattr(copied, "value", _other(copied.value))
    if isinstance(node, ast.Return) and node.value is not None:
        yield "nothing is returned", lambda copied: setattr(copied, "value", ast.Constant(None))


def _swap(operator: ast.AST) -> str:
    return f"{type(operator).__name__} is {SWAPS[type(operator)].__name__}"


def _other(value):
    return not value if isinstance(value, bool) else value + 1
