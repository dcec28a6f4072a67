"""A problem as data: what the file says, checked and with places, and nothing computed from it.

Everything is frozen. Numbers keep the text in which they were written, because a lesson prints
given numbers as they were given.
"""

from types import MappingProxyType
from typing import Any, NamedTuple, TypeAlias

from bpcli.diagnostics import Span
from bpcli.problem.syntax import Syntax

NestedFloats: TypeAlias = Any
"""A float, or tuples of tuples … of floats."""
NestedTexts: TypeAlias = Any
EMPTY: MappingProxyType[str, Any] = MappingProxyType({})


class Numbers(NamedTuple):
    """A number `()`, a list `(n,)`, a matrix `(rows, columns)` or a list of such: values, and how they were written."""

    values: NestedFloats
    texts: NestedTexts
    shape: tuple[int, ...]
    span: Span


class Activation(NamedTuple):
    """`parameters`: name → (value, text), for example `{"slope": (0.01, "0.01")}`."""

    name: str
    parameters: MappingProxyType[str, Numbers]
    span: Span


class ParameterForm(NamedTuple):
    """An array that a block is given.

    `name` is its key in the file (`input_gate.weights` for a key inside a key), `shapes` the shapes it may have, made
    of the letters of sizes that have to agree within the block ("" for any size). What is not `trained` is data: a
    mask, a start.
    """

    name: str
    shapes: tuple[tuple[str, ...], ...]
    description: str
    required: bool = True
    trained: bool = True


class OptionForm(NamedTuple):
    """A setting of a block: a choice, a whole number, a number, a truth value, an activation, or blocks inside it.

    `kind` is `choice`, `whole`, `count` (from 1), `number`, `small` (may be 0), `truth`, `activation`, `layers` or
    `branches`.
    """

    name: str
    kind: str
    description: str
    required: bool = False
    default: Any = None
    choices: tuple[str, ...] = ()


class BlockForm(NamedTuple):
    """How a block is written in a file. `takes` are the kinds of values it works on; `keeps_width`: as many go out."""

    name: str
    description: str
    parameters: tuple[ParameterForm, ...] = ()
    options: tuple[OptionForm, ...] = ()
    takes: frozenset[str] = frozenset({"units"})
    keeps_width: bool = False

    @property
    def required(self) -> tuple[str, ...]:
        """The keys that have to be given."""
        parameters = (item.name.partition(".")[0] for item in self.parameters if item.required)
        return tuple(dict.fromkeys((*parameters, *(item.name for item in self.options if item.required))))


class Layer(NamedTuple):
    """One block of a network: a dense layer, a convolution, …

    `numbers` are the arrays it is given, by their keys; `options` its settings; `inner` the blocks inside it, one
    sequence for each branch. A layer with `tie` has the parameters of the layer of that number (from 1).
    """

    kind: str
    numbers: MappingProxyType[str, Numbers]
    options: MappingProxyType[str, Any]
    trainable: frozenset[str]  # names of parameters
    span: Span
    inner: tuple[tuple["Layer", ...], ...] = ()
    tie: int | None = None

    @property
    def weights(self) -> Numbers:
        """The weights of a dense layer."""
        return self.numbers["weights"]

    @property
    def bias(self) -> Numbers | None:
        """The bias of a dense layer, if it has one."""
        return self.numbers.get("bias")

    @property
    def activation(self) -> Activation:
        found: Activation = self.options["activation"]
        return found


class OwnBlock(NamedTuple):
    """A block of the file's own: `name(argument)`, its parameters, and its lines over both."""

    name: str
    argument: str
    parameters: tuple[str, ...]
    definitions: "tuple[Definition, ...]"
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


class Schedule(NamedTuple):
    """A learning rate that changes from update to update: `step`, `exponential`, `inverse_time` or `cosine`."""

    name: str
    start: Numbers
    span: Span
    decay: Numbers | None = None
    every: int = 1
    steps: int | None = None


class Update(NamedTuple):
    """How parameters are renewed. `learning_rate` is a number, or a list with one for each update.

    `state` has the moments that the optimizer starts with (`v_W1`), after `done` updates that came before; `gradients`
    has the gradients that are given, one mapping for each update. `instances`: each update uses one instance alone.
    """

    optimizer: str
    learning_rate: Numbers | Schedule
    steps: int
    span: Span
    parameters: MappingProxyType[str, Numbers] = EMPTY  # momentum, beta, beta1, beta2, epsilon, weight_decay
    nesterov: bool = False
    form: str | None = None
    instances: bool = False
    clip_norm: Numbers | None = None
    clip_value: Numbers | None = None
    state: MappingProxyType[str, Numbers] = EMPTY
    done: int = 0
    gradients: tuple[MappingProxyType[str, Numbers], ...] = ()
    ascent: bool = False


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
    sequence: bool = False
    upstream: Numbers | None = None
    instance_weights: Numbers | None = None
    given: tuple[tuple[str, Numbers], ...] = ()


class Input(NamedTuple):
    name: str
    numbers: Numbers
    span: Span  # of the name


class Definition(NamedTuple):
    name: str
    formula: Syntax
    span: Span  # of the name


class Graph(NamedTuple):
    """`gradients` None: every parameter, or where there is none every input. `output` is "" where nothing is defined.

    `descriptions`: name → what the node is called in the lesson.
    """

    inputs: tuple[Input, ...]
    definitions: tuple[Definition, ...]
    output: str
    gradients: tuple[str, ...] | None
    span: Span
    parameters: tuple[Input, ...] = ()
    update: Update | None = None
    descriptions: MappingProxyType[str, str] = EMPTY


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
    step_at_zero: float = 1.0


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
    digits: int | None = None
    close: float = 1.0
    coarse: float = 0.5

    def share(self, verdict: str) -> float:
        """The share of its points that an entry with this verdict earns."""
        shares = {"correct": 1.0, "close": self.close, "coarse": self.coarse, "follows": self.follow_through}
        return shares.get(verdict, 0.0)


USUAL_CHECK = Check()
"""How answers are graded where the problem says nothing."""


class Vocabulary(NamedTuple):
    """The names a problem may use, handed to the reader by the rooms that define them.

    `activations`: name → names of its parameters; `functions`: name → allowed numbers of arguments. `free` are those
    of both that a file may give to quantities and functions of its own all the same.
    """

    activations: MappingProxyType[str, tuple[str, ...]]
    losses: tuple[str, ...]
    functions: MappingProxyType[str, tuple[int, ...]]
    optimizers: MappingProxyType[str, tuple[str, ...]]  # name → names of its parameters
    optimizer_forms: MappingProxyType[str, tuple[str, ...]]
    presets: tuple[str, ...]
    symbol_roles: tuple[str, ...]
    blocks: MappingProxyType[str, BlockForm] = EMPTY
    free: frozenset[str] = frozenset()


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
    blocks: tuple[OwnBlock, ...] = ()

    @property
    def update(self) -> Update | None:
        """How the parameters are renewed, in a network or in a graph."""
        if self.network is not None:
            return self.network.update
        return self.graph.update if self.graph is not None else None
