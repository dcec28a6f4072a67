"""Writing the lines of a block: what a block's function is handed, and what it hands on."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from bpcli.calculus.expr import Constant, Expr, Operation, Shape, ShapeError, Variable
from bpcli.calculus.ops.elementary import add
from bpcli.calculus.ops.matrices import entry
from bpcli.calculus.ops.piecewise import Kinks
from bpcli.calculus.ops.shaping import beside, concat, part
from bpcli.calculus.program import Binding
from bpcli.compose.built import Given, Inputs, Source, as_matrix, laid_out, turned
from bpcli.compose.layout import Layout
from bpcli.compose.names import Letters, Names
from bpcli.diagnostics import Diagnostic, Related, Span
from bpcli.document.mathtree import Identifier
from bpcli.problem.model import Activation, BlockForm, Layer, Numbers


class Flow(NamedTuple):
    """What goes from one block to the next.

    `kind`: `units`, one vector for each instance · `matrix`, a map, or tokens as rows · `maps`, several of them (or
    several signals) · `steps`, a vector for each time step. All but `units` and `matrix` may have several `parts`.
    """

    kind: str
    parts: tuple[Expr, ...]

    @property
    def only(self) -> Expr:
        return self.parts[0]


class MisfitError(Exception):
    """A block that does not fit what comes in; carries its diagnostic."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


class Block(NamedTuple):
    """A block: how it is written in a file, the letters of its own, and the function that writes its lines."""

    form: BlockForm
    lines: Callable[[Writing, Flow], Flow]
    letters: Letters = MappingProxyType({})
    batches: bool = True
    """Whether it works on a batch as well as on one instance."""
    counts: tuple[str, ...] = ("step",)
    """What the numbers after that of the layer count: `map`, `step`, `head`."""

    @property
    def name(self) -> str:
        return self.form.name


class Lines(Inputs):
    """Collects the lines of one network, its inputs with their numbers, and what is trained."""

    def __init__(
        self,
        names: Names,
        layout: Layout,
        batch: int,
        activation: Callable[[Activation, int | None], Operation],
        blocks: Mapping[str, Block],
        functions: Mapping[str, Operation],
        kinks: Kinks,
    ) -> None:
        super().__init__()
        self.names = names
        self.layout = layout
        self.batch = batch  # instances; 0 where there is one alone
        self.activation = activation
        self.blocks = blocks
        self.functions = functions
        self.kinks = kinks
        self.bindings: list[Binding] = []
        self.twins: dict[str, str] = {}
        self.parameters: list[Variable] = []
        self._taken: set[str] = set()
        self.tied: dict[int, tuple[Layer, dict[str, Variable]]] = {}

    def give(self, variable: Variable, given: Given, source: Source | None = None) -> Variable:
        self._take(variable)
        return super().give(variable, given, source)

    def _take(self, variable: Variable) -> None:
        if variable.name in self._taken:
            message = f"`{variable.name}` would name two quantities"
            raise MisfitError(Diagnostic("symbol-clash", message, None, help="give one of them another symbol"))
        self._taken.add(variable.name)

    def bind(self, variable: Variable, expr: Expr, rule: str, **more: Any) -> Variable:
        self._take(variable)
        self.bindings.append(Binding(variable, expr, "forward", rule, **more))
        return variable

    def write(self, layer: Layer, place: tuple[int, ...], flow: Flow, *, last: bool = False) -> Flow:
        """The lines of one block; what goes on. Raises MisfitError where it does not fit what comes in."""
        block = self.blocks[layer.kind]
        writing = Writing(self, block, layer, place, last)
        if self.batch and not block.batches:
            raise writing.misfit(
                f"`{block.name}` works on one instance at a time", "give `input:` in place of `inputs:`"
            )
        if flow.kind not in block.form.takes:
            raise writing.misfit(f"`{block.name}` cannot take {KINDS[flow.kind]}", WAYS.get(flow.kind, ""))
        try:
            return block.lines(writing, flow)
        except ShapeError as error:
            raise writing.misfit(f"layer {writing.number} does not fit: {error}") from error


KINDS = {
    "units": "a vector",
    "matrix": "a matrix",
    "maps": "several maps",
    "steps": "a sequence",
}
WAYS = {
    "matrix": "`flatten` makes one vector of it",
    "maps": "`flatten` makes one vector of them",
    "steps": "`flatten` makes one vector of it, `outputs: last` hands on the last one",
}


class Writing:
    """One block being written: its parameters by their names, its settings, and a way to write a line."""

    def __init__(self, lines: Lines, block: Block, layer: Layer, place: tuple[int, ...], last: bool) -> None:
        self.lines = lines
        self.block = block
        self.layer = layer
        self.place = place
        self.last = last
        self.layout = lines.layout
        self._maps = False
        self._parameters: dict[str, Variable] = {}
        if layer.tie is not None:
            self.layer, self._parameters = lines.tied[layer.tie]
            self.layer = self.layer._replace(options=layer.options)
        lines.tied[place[0]] = (self.layer, self._parameters)

    @property
    def number(self) -> str:
        return ".".join(map(str, self.place))

    @property
    def batch(self) -> bool:
        return self.lines.batch > 0

    def misfit(self, message: str, advice: str = "", span: Span | None = None) -> MisfitError:
        return MisfitError(Diagnostic("shape", message, span or self.layer.span, help=advice))

    def misfit_formula(self, diagnostic: Diagnostic) -> MisfitError:
        """A formula of the file's own that does not fit what comes in: both places are told."""
        related = (Related(self.layer.span, f"in layer {self.number}"),)
        return MisfitError(diagnostic._replace(related=(*diagnostic.related, *related)))

    # --- what it is given ---

    def option(self, name: str) -> Any:
        value = self.layer.options[name]
        return float(value.values) if isinstance(value, Numbers) else value

    def has(self, name: str) -> bool:
        return name in self.layer.numbers

    def numbers(self, name: str) -> Numbers:
        return self.layer.numbers[name]

    def __getitem__(self, name: str) -> Variable:
        """A parameter, in the shape in which its numbers stand; a list is a vector as the layout has them."""
        return self.parameter(name)

    def parameter(self, name: str, *, letter: str = "", as_column: bool = False) -> Variable:
        if name not in self._parameters:
            numbers = self.layer.numbers[name]
            rank = len(numbers.shape)
            shape: Shape = numbers.shape if rank == 2 else () if rank == 0 else self.vector(numbers.shape[0])
            if as_column and rank == 1:
                shape = (numbers.shape[0], 1)
            self._parameters[name] = self._give(name, numbers, shape, rank, letter=letter)
        return self._parameters[name]

    def stacked(self, name: str, levels: int) -> dict[tuple[int, ...], Variable]:
        """The arrays of a parameter whose first `levels` levels count them (from 1)."""
        numbers = self.layer.numbers[name]
        outer, inner = numbers.shape[:levels], numbers.shape[levels:]
        found: dict[tuple[int, ...], Variable] = {}
        for index in np.ndindex(*outer):
            values, texts = numbers.values, numbers.texts
            for at in index:
                values, texts = values[at], texts[at]
            shape: Shape = inner if len(inner) == 2 else self.vector(inner[0])
            at_one = tuple(i + 1 for i in index)
            part = Numbers(values, texts, inner, numbers.span)
            found[at_one] = self._give(name, part, shape, len(inner), at=at_one, source=(numbers, index))
        return found

    def _give(
        self,
        name: str,
        numbers: Numbers,
        shape: Shape,
        rank: int,
        *,
        at: tuple[int, ...] = (),
        letter: str = "",
        source: tuple[Numbers, tuple[int, ...]] | None = None,
    ) -> Variable:
        place = (*self.place, *at)
        letters = {**self.block.letters, **({name: letter} if letter else {})}
        variable = self.lines.names.of_place(name, place, shape, rank, letters)
        whole, index = source or (numbers, ())
        self.lines.give(variable, as_matrix(numbers, shape), Source(whole, name, place, index))
        if name in self.layer.trainable:
            self.lines.parameters.append(variable)
        return variable

    def fit(self, name: str, letter: str, size: int, what: str) -> None:
        """Refuses a parameter whose size is not that of what comes in."""
        numbers = self.layer.numbers[name]
        parameter = next(p for p in self.block.form.parameters if p.name == name)
        shape = next(s for s in parameter.shapes if len(s) == len(numbers.shape))
        if self.layout.affine == "x W + b" and shape == ("out", "in"):
            shape = ("in", "out")
        axis = shape.index(letter)
        if numbers.shape[axis] != size:
            shown = "×".join(map(str, numbers.shape))
            message = f"layer {self.number} has `{name}` of {shown}, but {what}"
            raise self.misfit(message, f"{size} is expected in the place of {numbers.shape[axis]}", numbers.span)

    # --- what it writes ---

    def line(
        self,
        role: str,
        expr: Expr,
        *at: int,
        told: str = "",
        goes_on: bool = False,
        number: int | None = None,
        rank: int | None = None,
        stable: Expr | None = None,
    ) -> Variable:
        """A line of this block. What `goes_on` from the last one is the prediction (with `number`, one of several)."""
        place = (*self.place, *at)
        names, letters = self.lines.names, self.block.letters
        rank = self.rank_of(expr.shape) if rank is None else rank
        if goes_on and self.last and role == "activation":
            variable, twins = names.prediction(place, expr.shape, rank, number, letters)
            self.lines.twins.update(twins)
        else:
            variable = names.of_place(role, place, expr.shape, rank, letters, told)
        rule = RULES.get(variable.role, variable.role)
        return self.lines.bind(variable, expr, rule, stable=stable)

    def rank_of(self, shape: Shape) -> int:
        if shape == ():
            return 0
        return 2 if self.batch or 1 not in shape or shape[1 - self.layout.unit_axis] != 1 else 1

    def constant(self, option: str, letter: str) -> Constant:
        """A number of the block under its letter: ε."""
        value = self.layer.options[option]
        if isinstance(value, Numbers):
            return Constant(value.values, math=Identifier(letter), texts=str(value.texts))
        return Constant(float(value), math=Identifier(letter), texts=str(value))

    def vector(self, size: int) -> Shape:
        """The shape of one instance of so many units."""
        return self.layout.instances(size)

    def units(self, expr: Expr) -> int:
        return self.layout.units_of(expr.shape)

    @property
    def f(self) -> Operation:
        """The activation of the block."""
        return self.activation("activation")

    def activation(self, option: str, *, rows: bool = False) -> Operation:
        """An activation of the file; `rows`: of values that are rows, each by itself."""
        axis = 1 if rows else self.layout.unit_axis if self.batch else None
        return self.lines.activation(self.layer.options[option], axis)

    def named(self, name: str) -> Operation:
        """An activation by its name, for gates."""
        return self.lines.activation(Activation(name, MappingProxyType({}), self.layer.span), None)

    def affine(self, weights: str, bias: str, x: Expr) -> Expr:
        """W x + b in the layout's way."""
        W = self[weights]
        _, fed = self.layout.fans(W.shape)
        if fed != self.units(x):
            self.fit(weights, "in", self.units(x), f"{self.units(x)} values come in")
        product = self.layout.product(self.masked(W), x)
        return product + self[bias] if self.has(bias) else product

    def masked(self, weights: Variable) -> Expr:
        """Weights without the edges that do not exist."""
        return weights * self["mask"] if self.has("mask") else weights

    def recurrent_map(self, group: str, x: Expr, h: Expr) -> Expr:
        """W x + U h + b, of a gate with parameters of its own where it has a name."""
        prefix = f"{group}." if group else ""
        W, U = self[f"{prefix}weights"], self[f"{prefix}recurrent"]
        if self.layout.fans(W.shape)[1] != self.units(x):
            self.fit(f"{prefix}weights", "in", self.units(x), f"{self.units(x)} values come in at each step")
        total = add(self.layout.product(W, x), self.layout.product(U, h))
        return add(total, self[f"{prefix}bias"]) if self.has(f"{prefix}bias") else total

    def hands_on(self, t: int, flow: Flow) -> bool:
        """Whether this step of a sequence goes on to the next block."""
        return self.option("outputs") == "all" or t == self.steps_of(flow)

    def steps_of(self, flow: Flow) -> int:
        return len(flow.parts) if flow.kind == "steps" else flow.only.shape[0]

    def step_number(self, t: int) -> int | None:
        return t if self.option("outputs") == "all" else None

    def handed_on(self, outputs: list[Expr]) -> Flow:
        if self.option("outputs") == "all":
            return Flow("steps", tuple(outputs))
        return Flow("units", (outputs[-1],))

    def numbering(self, m: int, flow: Flow) -> tuple[tuple[int, ...], int | None]:
        """The number of a part, where there are several: maps and time steps."""
        return ((m,), m) if flow.kind in ("maps", "steps") else ((), None)

    def instances(self, name: str, x: Expr) -> Variable:
        """Data of the shape of the values that come in: a row for each instance in the file, or one for all."""
        numbers = self.numbers(name)
        units, count = self.units(x), max(1, self.lines.batch)
        if numbers.shape[-1] != units or (len(numbers.shape) == 2 and numbers.shape[0] != count):
            expected = f"{count} rows of {units}" if len(numbers.shape) == 2 else str(units)
            raise self.misfit(f"`{name}` of layer {self.number} has other sizes than {expected}", "", numbers.span)
        rank = len(numbers.shape)
        variable = self.lines.names.of_place(
            name, self.place, self.layout.instances(units, count if rank == 2 else 1), rank, self.block.letters
        )
        transposed = rank == 2 and self.layout.columns
        shape = (count, units) if transposed else variable.shape
        given = as_matrix(numbers, shape)
        source = Source(numbers, name, self.place, transposed=transposed)
        return self.lines.give(variable, turned(given) if transposed else given, source)

    def kernels(self, flow: Flow) -> tuple[dict[tuple[int, int], Variable], int]:
        """The kernels by map and channel (from 1), and how many maps they make."""
        numbers = self.numbers("kernels")
        signal = self.is_signal(flow)
        levels = len(numbers.shape) - (1 if signal else 2)
        if levels not in (0, 1, 2):
            what = "a signal" if signal else "a matrix"
            advice = "a kernel, a list with one for each map, or for each map a list with one for each channel"
            raise self.misfit(f"kernels of {len(numbers.shape)} levels do not go over {what}", advice, numbers.span)
        channels = numbers.shape[1] if levels == 2 else 1
        if channels != len(flow.parts):
            message = f"kernels for {channels} channel{'s' * (channels != 1)}, but {len(flow.parts)} come in"
            raise self.misfit(message, "for each map a list with a kernel for each channel", numbers.span)
        maps = numbers.shape[0] if levels else 1
        if self.has("bias") and self.numbers("bias").shape not in ((), (maps,)):
            biases = self.numbers("bias")
            raise self.misfit(f"{biases.shape[0]} biases for {maps} maps", "a number for each map", biases.span)
        self._maps = levels > 0
        return {
            ((*at, 1, 1)[0], (*at, 1, 1)[1]): kernel for at, kernel in self.stacked("kernels", levels).items()
        }, maps

    def is_signal(self, flow: Flow) -> bool:
        """Whether what comes in are vectors, not matrices."""
        return all(rank_of(part) == 1 for part in flow.parts)

    def of_maps(self, m: int) -> tuple[tuple[int, ...], int | None]:
        """The number of a map, where the file counts maps."""
        return ((m,), m) if self._maps else ((), None)

    def maps(self, outputs: list[Expr]) -> Flow:
        if self._maps:
            return Flow("maps", tuple(outputs))
        return Flow("units" if rank_of(outputs[0]) == 1 else "matrix", tuple(outputs))

    def of_map(self, bias: Variable, m: int) -> Expr:
        """The bias of a map: a number, or the entry of a vector."""
        if bias.shape == ():
            return bias
        return entry(m - 1, 0)(bias) if self.layout.columns else entry(0, m - 1)(bias)

    def whole_numbers(self, tokens: Expr, most: int) -> tuple[int, ...]:
        """The numbers of tokens, from 1: they choose rows, and nothing is differentiated with respect to them."""
        assert isinstance(tokens, Variable)
        found = []
        for value in np.ravel(self.lines.values[tokens.name]) if tokens.name in self.lines.values else ():
            if not float(value).is_integer() or not 1 <= value <= most:
                message = f"there is no token {value:g}: the table has {most} rows"
                raise self.misfit(message, f"tokens are whole numbers from 1 to {most}", self._span_of(tokens))
            found.append(int(value))
        if not found:
            raise self.misfit("an embedding is the first layer: it takes the numbers of tokens")
        return tuple(found)

    def _span_of(self, variable: Variable) -> Span | None:
        source = self.lines.sources.get(variable.name)
        return source.numbers.span if source else None

    def tokens(self, flow: Flow) -> Expr:
        """A sequence as a matrix with a row for each token."""
        if flow.kind == "matrix":
            return flow.only
        return concat(*(self.layout.to_row(step) for step in flow.parts))

    def head(self, name: str, j: int, heads: int) -> Expr:
        """The columns of a parameter that belong to head j."""
        whole = self[name]
        width, rest = divmod(whole.shape[1], heads)
        if rest:
            message = f"`{name}` has {whole.shape[1]} columns for {heads} heads"
            raise self.misfit(message, "each head has as many", self.numbers(name).span)
        return whole if heads == 1 else part(None, ((j - 1) * width + 1, j * width))(whole)

    def joined(self, parts: list[Expr]) -> Expr:
        """Vectors one after the other along the units."""
        result: Expr = (concat if self.layout.columns else beside)(*parts)
        return result

    def own_line(self, name: str, expr: Expr) -> Variable:
        """A line of a block of the file's own, under its own name and the number of the layer."""
        variable = self.lines.names.of_place(
            f"own.{name}", self.place, expr.shape, self.rank_of(expr.shape), {f"own.{name}": name}
        )
        return self.lines.bind(variable, expr, "own")

    def hand_on_own(self, variable: Variable) -> None:
        """The last line of a block of the file's own is its activation, and the prediction, as well."""
        if self.last:
            prediction, twins = self.lines.names.prediction(self.place, variable.shape, variable.rank, None, {})
            self.lines.twins.update(dict.fromkeys((prediction.name, *twins), variable.name))
        else:
            self.also("activation", variable)

    def kind_of(self, variable: Variable) -> str:
        return "units" if 1 in variable.shape or variable.shape == () else "matrix"

    def inside(self, flow: Flow, branch: int = 0, *at: int) -> Flow:
        """The lines of the layers inside."""
        for number, layer in enumerate(self.layer.inner[branch], 1):
            flow = self.lines.write(layer, (*self.place, *at, number), flow)
        return flow

    def over(self, flow: Flow) -> Iterator[tuple[int, Expr]]:
        """The steps of a sequence, counted from 1; the rows of a matrix are steps."""
        if flow.kind == "steps":
            yield from enumerate(flow.parts, 1)
            return
        for number in range(1, flow.only.shape[0] + 1):
            yield number, self.layout.from_row(part((number, number), None)(flow.only))

    def start(self, name: str, size: int) -> Variable:
        """Where a sequence starts: as given, or zeros."""
        shape = self.vector(size)
        variable = self.lines.names.of_place(name, (*self.place, 0), shape, 1, self.block.letters)
        if self.has(name):
            numbers = self.numbers(name)
            if numbers.shape != (size,):
                raise self.misfit(
                    f"`{name}` has {numbers.shape[0]} values, and there are {size} units", "", numbers.span
                )
            return self.lines.give(variable, as_matrix(numbers, shape), Source(numbers, name, variable.place))
        return self.lines.give(variable, zeros(shape))

    def also(self, role: str, variable: Variable, *at: int) -> None:
        """Another name for a line: n₂ for h₂ where nothing comes between."""
        other = self.lines.names.of_place(role, (*self.place, *at), variable.shape, variable.rank, self.block.letters)
        self.lines.twins[other.name] = variable.name


RULES = {"pre_activation": "affine"}


def rank_of(part: Expr) -> int:
    """How many indices the entries of a value take that goes on."""
    return part.rank if isinstance(part, Variable) else len(part.shape)


def zeros(shape: Shape) -> Given:
    """Zeros as they are written."""
    if shape == ():
        return Given(np.float64(0), "0")
    return laid_out(np.zeros(shape), np.full(shape, "0", dtype=object), shape)
