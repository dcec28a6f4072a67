"""Products and quotients of names, multiplied out: −y₁/p₁ · 1/H · h₁ with p₁ = h₁/H comes to −y₁.

What the product of local derivatives along a path comes to. Sums are left alone: this is no simplifier.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from bpcli.calculus.expr import Apply, Constant, Expr, Operation, Variable, postorder
from bpcli.calculus.ops.elementary import divide, multiply, negate, power, square
from bpcli.calculus.ops.functions import identity


class Monomial(NamedTuple):
    """coefficient · Π name^power; no power is 0."""

    coefficient: float
    powers: Mapping[str, int]


ONE = Monomial(1.0, {})


def multiplied(left: Monomial, right: Monomial, sign: int = 1) -> Monomial:
    """left · right, or left ÷ right for a sign of −1."""
    powers = dict(left.powers)
    for name, exponent in right.powers.items():
        powers[name] = powers.get(name, 0) + sign * exponent
        if not powers[name]:
            del powers[name]
    return Monomial(left.coefficient * right.coefficient**sign, powers)


def _raised(base: Monomial, exponent: Monomial) -> Monomial | None:
    times = exponent.coefficient
    if exponent.powers or times != int(times) or abs(times) > 9 or not base.coefficient:
        return None
    result = ONE
    for _ in range(int(abs(times))):
        result = multiplied(result, base, 1 if times > 0 else -1)
    return result


_RULES: Mapping[Operation, Callable[..., Monomial | None]] = {
    identity: lambda a: a,
    negate: lambda a: Monomial(-a.coefficient, a.powers),
    multiply: multiplied,
    divide: lambda a, b: multiplied(a, b, -1) if b.coefficient else None,
    square: lambda a: multiplied(a, a),
    power: _raised,
}


def monomial_of(expr: Expr, expanded: Mapping[str, Monomial]) -> Monomial | None:
    """The formula as a product of names; `expanded` are names that are such products themselves. None for any other."""
    found: dict[int, Monomial | None] = {}
    for node in postorder(expr):
        result: Monomial | None = None
        if isinstance(node, Variable):
            result = expanded.get(node.name) or Monomial(1.0, {node.name: 1})
        elif isinstance(node, Constant) and node.math is None and node.shape == ():
            result = Monomial(float(node.value), {})
        elif isinstance(node, Apply) and node.operation in _RULES:
            parts = [found[id(item)] for item in node.inputs]
            if None not in parts:
                result = _RULES[node.operation](*parts)
        found[id(node)] = result
    return found[id(expr)]


def as_expr(monomial: Monomial, variables: Mapping[str, Variable]) -> Expr:
    """The product written out, factors in the order of `variables`: −y₁ h₁/H."""
    above, below = (_factors(monomial, variables, sign) for sign in (1, -1))
    size = abs(monomial.coefficient)
    if size != 1 or not above:
        above.insert(0, Constant(size))
    result = above[0]
    for factor in above[1:]:
        result = multiply(result, factor)
    if below:
        denominator = below[0]
        for factor in below[1:]:
            denominator = multiply(denominator, factor)
        result = divide(result, denominator)
    return -result if monomial.coefficient < 0 else result


def _factors(monomial: Monomial, variables: Mapping[str, Variable], sign: int) -> list[Expr]:
    factors: list[Expr] = []
    for name, variable in variables.items():
        exponent = sign * monomial.powers.get(name, 0)
        if exponent == 1:
            factors.append(variable)
        elif exponent == 2:
            factors.append(square(variable))
        elif exponent > 2:
            factors.append(power(variable, Constant(float(exponent))))
    return factors
