"""`T > 0.5 and n < 3`: which jobs of a sweep are kept. A small language of its own; nothing is ever executed."""

import ast
import operator
from collections.abc import Callable, Collection, Mapping
from typing import Any

from tui_batch.errors import nearest

Values = Mapping[str, Any]
Term = Callable[[Values], Any]

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.In: lambda a, b: a in b, ast.NotIn: lambda a, b: a not in b,
}  # fmt: skip
_WORDS = {"true": True, "false": False}
_LONGEST = 2_000  # characters: keeps the nesting far from the recursion limit, and products of whole numbers small
_HIGHEST = 64  # of powers: 9**9**9 would never end


def compile_where(text: str, known: Collection[str]) -> Callable[[Values], bool]:
    """A function that says whether a job is kept; a ValueError lists what is wrong, unknown names first."""
    if len(text) > _LONGEST:
        raise ValueError(f"longer than {_LONGEST:,} characters")
    try:
        tree = ast.parse(text.strip(), mode="eval").body
        _check_names(tree, known)
        term = _term(tree)
    except (SyntaxError, RecursionError, MemoryError) as wrong:
        raise ValueError(f"{text!r} is not a comparison such as: T > 0.5 and n in [1, 2]") from wrong

    def kept(values: Values) -> bool:
        result = term(values)
        if not isinstance(result, bool):
            raise ValueError(f"{text!r} gives {result!r}, neither true nor false: compare it with something")
        return result

    return kept


def _check_names(tree: ast.expr, known: Collection[str]) -> None:
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    unknown = sorted(names - set(known) - set(_WORDS) - {"True", "False"})
    if unknown:
        raise ValueError(
            " ".join(f"unknown name {name!r} (a text needs quotes).{nearest(name, known)}" for name in unknown)
        )


def _term(node: ast.expr) -> Term:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() as value):
            return lambda values: value
        case ast.Name(id=name):
            return (lambda values: _WORDS[name]) if name in _WORDS else (lambda values: values[name])
        case ast.List(elts=items) | ast.Tuple(elts=items):
            terms = [_term(item) for item in items]
            return lambda values: [term(values) for term in terms]
        case ast.BoolOp(op=op, values=items):
            terms, every = [_term(item) for item in items], isinstance(op, ast.And)
            if every:
                return lambda values: all(_truth(term(values)) for term in terms)
            return lambda values: any(_truth(term(values)) for term in terms)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            term = _term(operand)
            return lambda values: not _truth(term(values))
        case ast.UnaryOp(op=ast.USub(), operand=operand):
            term = _term(operand)
            return lambda values: -_number(term(values))
        case ast.Compare(left=left, ops=ops, comparators=others):
            return _comparison(left, ops, others)
        case ast.BinOp(left=left, op=op, right=right) if type(op) in _ARITHMETIC:
            first, second, combine = _term(left), _term(right), _ARITHMETIC[type(op)]
            return lambda values: _combined(combine, _number(first(values)), _number(second(values)))
    raise SyntaxError("not part of the language")


def _comparison(left: ast.expr, ops: list[ast.cmpop], others: list[ast.expr]) -> Term:
    if any(type(op) not in _COMPARE for op in ops):
        raise SyntaxError("not part of the language")
    terms = [_term(node) for node in (left, *others)]
    compares = [_COMPARE[type(op)] for op in ops]

    def holds(values: Values) -> bool:
        before = terms[0](values)
        for compare, term in zip(compares, terms[1:], strict=True):
            after = term(values)
            try:
                if not compare(before, after):
                    return False
            except TypeError:
                raise ValueError(f"{before!r} and {after!r} cannot be compared") from None
            before = after
        return True

    return holds


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is neither true nor false")
    return value


def _number(value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError(f"{value!r} is not a number")
    return value


def _power(base: Any, exponent: Any) -> Any:
    if abs(exponent) > _HIGHEST or abs(base) > 1e100:
        raise ValueError(f"a power above {_HIGHEST} is not calculated")
    return base**exponent


_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.Mod: operator.mod, ast.Pow: _power,
}  # fmt: skip


def _combined(combine: Callable[[Any, Any], Any], first: float, second: float) -> float:
    try:
        result = combine(first, second)
    except ArithmeticError as wrong:
        raise ValueError(f"cannot be calculated: {wrong}") from None
    return _number(result)  # a negative base with a broken exponent would be complex
