"""A problem as data: what the file says, checked and with places, and nothing computed from it.

Everything is frozen. Numbers keep the text in which they were written, because a lesson prints
given numbers as they were given.
"""

from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from bpcli.diagnostics import Span
from bpcli.problem.syntax import Syntax

NestedFloats: TypeAlias = "float | tuple[float, ...] | tuple[tuple[float, ...], ...]"
NestedTexts: TypeAlias = "str | tuple[str, ...] | tuple[tuple[str, ...], ...]"
EMPTY: MappingProxyType[str, Any] = MappingProxyType({})


class Numbers(NamedTuple):
    """A number `()`, a list `(n,)` or a matrix `(rows, columns)`: values, and the texts they were written as."""

    values: NestedFloats
    texts: NestedTexts
    shape: tuple[int, ...]
    span: Span


class Activation(NamedTuple):
    """`parameters`: name → (value, text), for example `{"slope": (0.01, "0.01")}`."""

    name: str
    parameters: MappingProxyType[str, Numbers]
    span: Span


class Layer(NamedTuple):
    weights: Numbers
    bias: Numbers | None
    activation: Activation
    trainable: frozenset[str]  # out of {"weights", "bias"}
    span: Span


class Loss(NamedTuple):
    """`factor` multiplies the loss of the name (1 unless given); `over_outputs` `None` = as the name says."""

    name: str
    span: Span
    factor: Numbers | None = None
    over_outputs: str | None = None
    over_batch: str = "mean"
    log_base: str = "e"
    delta: Numbers | None = None
    margin: Numbers | None = None


class Regularization(NamedTuple):
    span: Span
    l2: Numbers | None = None
    l1: Numbers | None = None
    factor: Numbers | None = None  # 1/2 unless given; the text of `1/2` is `1/2`
    bias: bool = False


class Update(NamedTuple):
    optimizer: str
    learning_rate: Numbers
    steps: int
    span: Span
    parameters: MappingProxyType[str, Numbers] = EMPTY  # momentum, beta, beta1, beta2, epsilon, weight_decay
    nesterov: bool = False
    form: str | None = None


class Training(NamedTuple):
    span: Span
    epochs: int = 1
    batch_size: int | None = None
    shuffle: bool = False
    seed: int = 0
    learning_rate: Numbers | None = None
    objective_below: float | None = None
    gradient_below: float | None = None


class Data(NamedTuple):
    """A data set from a CSV file: its values row by row (float64), of which the first rows are worked in a lesson.

    `classes` names the classes of a target column of texts; `target_values` then has their numbers, from 0.
    """

    file: str
    path: str
    inputs: tuple[str, ...]
    targets: tuple[str, ...]
    classes: tuple[str, ...]
    rows: int
    input_values: memoryview
    target_values: memoryview
    worked_rows: int
    span: Span


class Network(NamedTuple):
    """`input` and `target` have shape `(n,)` for one instance and `(instances, n)` for a batch.

    Integer class targets keep shape `(instances,)` or `()` and set `class_targets`. Where there is `data`,
    `input` and `target` are its first rows.
    """

    input: Numbers
    target: Numbers | None
    batch: bool
    class_targets: bool
    layers: tuple[Layer, ...]
    loss: Loss | None
    regularization: Regularization | None
    update: Update | None
    training: Training | None
    span: Span
    data: Data | None = None


class Input(NamedTuple):
    name: str
    numbers: Numbers
    span: Span  # of the name


class Definition(NamedTuple):
    name: str
    formula: Syntax
    span: Span  # of the name


class Graph(NamedTuple):
    inputs: tuple[Input, ...]
    definitions: tuple[Definition, ...]
    output: str
    gradients: tuple[str, ...] | None  # None: every input
    span: Span


class Function(NamedTuple):
    """A custom operation `name(parameters…)`: its value, and its derivative where one is stated."""

    name: str
    parameters: tuple[str, ...]
    value: Syntax
    derivative: Syntax | None
    span: Span
    derivative_span: Span | None = None


class Conventions(NamedTuple):
    affine: str = "W x + b"
    preset: str = "goodfellow"
    symbols: MappingProxyType[str, str] = EMPTY  # overrides: role → symbol
    delta: bool | None = None  # None: as the preset says
    relu_at_zero: float = 0.0
    span: Span | None = None
    layer_index: str = "superscript"


class Display(NamedTuple):
    decimals: int | None = None
    significant: int | None = None
    rounding: str = "final"


class Check(NamedTuple):
    absolute: float = 0.0
    relative: float = 0.0
    follow_through: float = 1.0
    truncation: str = "accept"
    points: tuple[tuple[str, float, Span], ...] = ()
    span: Span | None = None


class Vocabulary(NamedTuple):
    """The names a problem may use, handed to the reader by the rooms that define them.

    `activations`: name → names of its parameters; `functions`: name → allowed numbers of arguments.
    """

    activations: MappingProxyType[str, tuple[str, ...]]
    losses: tuple[str, ...]
    functions: MappingProxyType[str, tuple[int, ...]]
    optimizers: MappingProxyType[str, tuple[str, ...]]  # name → names of its parameters
    optimizer_forms: MappingProxyType[str, tuple[str, ...]]
    presets: tuple[str, ...]
    symbol_roles: tuple[str, ...]


class Problem(NamedTuple):
    """Exactly one of `network` and `graph` is set. `text` is the file's own text (for error places)."""

    path: str
    text: str
    title: str
    source: str
    note: str
    language: str
    network: Network | None
    graph: Graph | None
    functions: tuple[Function, ...]
    conventions: Conventions
    display: Display
    check: Check
