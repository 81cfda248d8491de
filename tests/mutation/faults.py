"""Faults that could be planted in a module: what stands where, and what would stand there instead."""

import ast
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

OTHER: dict[type[ast.AST], type[ast.AST]] = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.And: ast.Or,
    ast.Or: ast.And,
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
}
SQL = {
    " AND ": " OR ",
    " OR ": " AND ",
    " < ": " <= ",
    " > ": " >= ",
    "NOT EXISTS": "EXISTS",
    " DESC": "",
    "min(": "max(",
}
_IS_SQL = re.compile(r"\b(SELECT|UPDATE|DELETE|WHERE|AND)\b")
SHAPES = frozenset(
    {
        "property",
        "classmethod",
        "staticmethod",
        "contextmanager",
        "asynccontextmanager",
        "abstractmethod",
        "dataclass",
        "overload",
    }
)
"""Decorators without which nothing would even be imported or called, or that do nothing when the program runs."""


@dataclass(frozen=True)
class Fault:
    """In this file, at this line, ``now`` instead of ``was``.

    ``begin`` and ``end`` are places in its bytes; ``statement`` the lines of the statement that it is in. ``runs`` with
    a function; all else runs at the import alone, by whichever test came first.
    """

    path: str
    line: int
    kind: str
    begin: int
    end: int
    was: str
    now: str
    statement: range
    runs: bool = True

    @property
    def id(self) -> str:
        """What tells it from all others, as long as the file stays as it is."""
        return f"{self.path}:{self.line}:{self.begin}-{self.end} {self.kind}: {self.now}"

    def planted(self, source: bytes) -> bytes:
        """The file with the fault."""
        return source[: self.begin] + self.now.encode() + source[self.end :]


def faults_in(path: Path, root: Path) -> Iterator[Fault]:
    """Yield every fault that could be planted in this module."""
    source = path.read_bytes()
    starts = [0, *(at.end() for at in re.finditer(rb"\n", source))]
    tree = ast.parse(source)
    statements = [_lines(one) for one in ast.walk(tree) if isinstance(one, ast.stmt)]
    bodies = [
        _body(one) for one in ast.walk(tree) if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    ]
    for node, kind, now in _found(tree):
        begin = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        if kind == "decorator removed":
            begin -= 1  # the sign before it
        was = source[begin:end].decode()
        if was != now:
            around = min((lines for lines in statements if node.lineno in lines), key=len)
            runs = any(first <= (node.lineno, node.col_offset) <= last for first, last in bodies)
            yield Fault(str(path.relative_to(root)), node.lineno, kind, begin, end, was, now, around, runs)


def _body(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) -> tuple[tuple[int, int], tuple[int, int]]:
    """Return where a function's body begins and ends."""
    first, last = (node.body, node.body) if isinstance(node, ast.Lambda) else (node.body[0], node.body[-1])
    return (first.lineno, first.col_offset), (last.end_lineno or last.lineno, last.end_col_offset or 0)


def _lines(node: ast.stmt) -> range:
    """Return its lines; of a function or class those before its body: they run when it is declared."""
    decorators: list[ast.expr] = getattr(node, "decorator_list", [])
    first = min([one.lineno for one in decorators], default=node.lineno)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return range(first, max(node.lineno + 1, node.body[0].lineno))
    return range(first, (node.end_lineno or node.lineno) + 1)


def _found(tree: ast.Module) -> Iterator[tuple[Any, str, str]]:
    """Yield nodes with a kind of fault, and the text that would stand there instead."""
    for node in _live(tree):
        for kind, changed in chain(_swapped(node), _valued(node), _returned(node), _poorer(node)):
            yield node, kind, f"({ast.unparse(changed)})" if isinstance(changed, ast.expr) else ast.unparse(changed)
        for condition in _conditions(node):
            yield condition, "condition negated", f"(not ({ast.unparse(condition)}))"
        for part in getattr(node, "decorator_list", []):
            if _name(part) not in SHAPES:
                yield part, "decorator removed", ""


def _live(node: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes that do something when the program runs: no annotations, docstrings or log lines."""
    yield node
    if isinstance(node, ast.JoinedStr):  # its parts have no places of their own
        return
    for name, value in ast.iter_fields(node):
        if name in ("annotation", "returns", "decorator_list"):
            continue
        for child in value if isinstance(value, list) else [value]:
            if isinstance(child, ast.AST) and not _is_silent(child):
                yield from _live(child)


def _is_silent(node: ast.AST) -> bool:
    """Whether it is a docstring, a line of the log, an import, a field's type, or for the type checker alone."""
    if isinstance(node, ast.If):
        return isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
    if isinstance(node, ast.AnnAssign):
        return node.value is None
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant) or ast.unparse(node.value).startswith("log.")
    return isinstance(node, ast.Import | ast.ImportFrom)


def _name(node: ast.expr) -> str:
    called = node.func if isinstance(node, ast.Call) else node
    return ast.unparse(called).rpartition(".")[2]


def _conditions(node: ast.AST) -> list[ast.expr]:
    """What decides whether a block runs, a loop goes on, or a value is among others."""
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        return [node.test]
    return node.ifs if isinstance(node, ast.comprehension) else []


def _swapped(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Another operator in a comparison, between conditions, or in a sum; a "not" less; one of many for all of them."""
    if isinstance(node, ast.Compare):
        for place, operator in enumerate(node.ops):
            ops: list[Any] = list(node.ops)
            ops[place] = OTHER[type(operator)]()
            yield "comparison", _with(node, ops=ops)
    elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in OTHER:
        yield "operator", _with(node, op=OTHER[type(node.op)]())
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "negation dropped", node.operand
    elif isinstance(node, ast.Call) and _name(node) in ("any", "all"):
        yield "any for all", _with(node, func=ast.Name("all" if _name(node) == "any" else "any"))


def _valued(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Another constant, or another query."""
    if isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield "constant", ast.Constant(not node.value)
    elif isinstance(node, ast.Constant) and isinstance(node.value, int):
        yield from (("constant", ast.Constant(node.value + by)) for by in (1, -1))
    elif isinstance(node, ast.JoinedStr | ast.Constant) and _IS_SQL.search(text := ast.unparse(node)):
        for was, now in SQL.items():
            if was in text:
                yield "SQL", ast.parse(text.replace(was, now, 1), mode="eval").body


def _returned(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """Another value returned."""
    if isinstance(node, ast.Return) and isinstance(node.value, ast.Tuple) and len(node.value.elts) > 1:
        first, second, *rest = node.value.elts
        yield "returned values swapped", ast.Return(ast.Tuple([second, first, *rest]))
    elif isinstance(node, ast.Return) and node.value and not isinstance(node.value, ast.Constant):
        yield "nothing returned", ast.Return(ast.Constant(None))


def _poorer(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """A statement or an argument less."""
    if isinstance(node, ast.Expr | ast.Raise | ast.AugAssign | ast.Delete | ast.Continue | ast.Break):
        yield "statement dropped", ast.Pass()
    if isinstance(node, ast.Assign) and not any(isinstance(one, ast.Name | ast.Tuple) for one in node.targets):
        yield "statement dropped", ast.Pass()
    if isinstance(node, ast.Call):
        for place, keyword in enumerate(node.keywords):
            if keyword.arg:
                yield "argument dropped", _with(node, keywords=node.keywords[:place] + node.keywords[place + 1 :])


def _with(node: ast.AST, **fields: Any) -> Any:
    changed = deepcopy(node)
    for name, value in fields.items():
        setattr(changed, name, value)
    return changed
