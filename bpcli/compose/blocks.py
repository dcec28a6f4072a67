"""The blocks of which networks are made: each a few named lines over operations.

Sources of the forms: LeCun et al. (1989) convolution; Srivastava et al. (2014) dropout, inverted; Ba et al. (2016)
layer and Ioffe and Szegedy (2015) batch normalisation; He et al. (2016) residual; Elman (1990) recurrent;
Hochreiter and Schmidhuber (1997), Gers et al. (2000) LSTM; Cho et al. (2014) GRU; Vaswani et al. (2017) attention.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from bpcli.calculus.expr import Constant, Expr, Operation, Variable, describe_shape
from bpcli.calculus.ops import elementary, matrices
from bpcli.calculus.ops.elementary import sqrt, square
from bpcli.calculus.ops.masks import causal, causal_softmax
from bpcli.calculus.ops.matrices import axis_sum
from bpcli.calculus.ops.reductions import mean, softmax
from bpcli.calculus.ops.shaping import beside, pick_rows
from bpcli.calculus.ops.shaping import flatten as flattened
from bpcli.calculus.ops.windows import conv as convolution
from bpcli.calculus.ops.windows import max_pool, mean_pool
from bpcli.compose.formula import FormulaError, translate
from bpcli.compose.writing import Block, Flow, Writing
from bpcli.problem.model import BlockForm, OptionForm, OwnBlock, ParameterForm

ACTIVATION = OptionForm(
    "activation", "activation", "The activation, or a function from `functions:`.", default="identity"
)
UNITS = frozenset({"units"})
SEQUENCES = frozenset({"steps", "matrix"})
EVERYTHING = frozenset({"units", "matrix", "maps", "steps"})


# --- dense ---

DENSE = BlockForm(
    "dense",
    "A dense layer.",
    (
        ParameterForm(
            "weights",
            (("out", "in"),),
            "The weights: a list of rows, [out][in] unless `conventions: affine` says otherwise; "
            "or how they are drawn: `{shape: [16, 4], seed: 1}`.",
        ),
        ParameterForm(
            "bias",
            (("out",), ()),
            "One bias per unit, one number shared by all units, or `{value: 0}`, one per unit of that value; "
            "absent: no bias.",
            required=False,
        ),
        ParameterForm(
            "mask", (("out", "in"),), "0 where there is no edge, 1 where there is one.", required=False, trained=False
        ),
    ),
    (ACTIVATION,),
    takes=frozenset({"units", "matrix", "steps"}),
)


def dense(q: Writing, flow: Flow) -> Flow:
    """a = W x + b, h = f(a); over a sequence the same parameters for each of its steps."""
    if flow.kind == "matrix":
        return _dense_of_rows(q, flow.only)
    outputs = []
    for t, x in enumerate(flow.parts, 1):
        at, number = ((t,), t) if flow.kind == "steps" else ((), None)
        a = q.line("pre_activation", q.affine("weights", "bias", x), *at)
        outputs.append(q.line("activation", q.f(a), *at, goes_on=True, number=number))
    return Flow(flow.kind, tuple(outputs))


def _dense_of_rows(q: Writing, x: Expr) -> Flow:
    """The same for tokens, which are rows whatever the layout."""
    W = q["weights"]
    if q.layout.fans(W.shape)[1] != x.shape[1]:
        q.fit("weights", "in", x.shape[1], f"rows of {x.shape[1]} values come in")
    product = q.layout.product_of_rows(q.masked(W), x)
    total = product + q.layout.as_row(q["bias"]) if q.has("bias") else product
    a = q.line("pre_activation", total, rank=2)
    return Flow("matrix", (q.line("activation", q.activation("activation", rows=True)(a), goes_on=True, rank=2),))


# --- dropout and normalisation ---

DROPOUT = BlockForm(
    "dropout",
    "Dropout with a given mask, inverted: h ⊙ mask / keep.",
    (
        ParameterForm(
            "mask",
            (("units",), ("instances", "units")),
            "1 for what is kept, 0 for what is dropped; in a batch a row for each instance, or one row for all.",
            trained=False,
        ),
    ),
    (OptionForm("keep", "number", "The share that is kept, in the denominator.", required=True),),
    takes=UNITS,
    keeps_width=True,
)


def dropout(q: Writing, flow: Flow) -> Flow:
    """h = x ⊙ mask / keep."""
    x = flow.only
    mask = q.instances("mask", x)
    keep = q.layer.options["keep"]
    scaled = elementary.divide(elementary.multiply(x, mask), Constant(keep.values, texts=str(keep.texts)))
    return Flow("units", (q.line("activation", scaled, told="dropped", goes_on=True),))


GAIN = ParameterForm("gain", (("units",),), "The gain γ of each unit; absent: 1, no parameter.", required=False)
SHIFT = ParameterForm("bias", (("units",),), "The bias β of each unit; absent: 0, no parameter.", required=False)
EPSILON = OptionForm("epsilon", "small", "ε, added to the variance under the root.", default="1e-5")
NORMALISED = {"gain": "γ", "bias": "β", "mean": "μ", "variance": "var", "normalised": "n"}
LAYER_NORM = BlockForm(
    "layer_norm", "Layer normalisation, over the units of each instance.", (GAIN, SHIFT), (EPSILON,), UNITS, True
)
BATCH_NORM = BlockForm(
    "batch_norm", "Batch normalisation, over the instances for each unit.", (GAIN, SHIFT), (EPSILON,), UNITS, True
)


def layer_norm(q: Writing, flow: Flow) -> Flow:
    """μ and var over the units of an instance, n = (x − μ)/√(var + ε), h = γ ⊙ n + β."""
    return _normalised(q, flow.only, q.layout.unit_axis if q.batch else None)


def batch_norm(q: Writing, flow: Flow) -> Flow:
    """The same over the instances of a batch, for each unit."""
    if not q.batch:
        raise q.misfit("`batch_norm` has one instance to normalise over", "give `inputs:` and `targets:`, a batch")
    return _normalised(q, flow.only, 1 - q.layout.unit_axis)


def _normalised(q: Writing, x: Expr, axis: int | None) -> Flow:
    def average(of: Expr) -> Expr:
        if axis is None:
            return mean(of)
        count = of.shape[axis]
        return elementary.divide(axis_sum(axis)(of), Constant(float(count), texts=str(count)))

    mu = q.line("mean", average(x))
    away = elementary.subtract(x, mu)
    variance = q.line("variance", average(square(away)))
    epsilon = q.constant("epsilon", "ε")
    normalised = elementary.divide(away, sqrt(elementary.add(variance, epsilon)))
    if not (q.has("gain") or q.has("bias")):
        h = q.line("activation", normalised, told="normalised", goes_on=True)
        q.also("normalised", h)
        return Flow("units", (h,))
    n: Expr = q.line("normalised", normalised)
    if q.has("gain"):
        n = elementary.multiply(q["gain"], n)
    if q.has("bias"):
        n = elementary.add(n, q["bias"])
    return Flow("units", (q.line("activation", n, told="scaled", goes_on=True),))


# --- convolution ---

CONV = BlockForm(
    "conv",
    "A convolution as deep learning has it, without a flip: a_m = Σ_c x_c ∗ K_m,c + b_m.",
    (
        ParameterForm(
            "kernels",
            tuple(("",) * levels for levels in (1, 2, 3, 4)),
            "A kernel for one map on one channel; a list of kernels, one for each map; or for each map a list with one "
            "for each channel.",
        ),
        ParameterForm("bias", (("",), ()), "A number for each map; absent: none.", required=False),
    ),
    (
        OptionForm("stride", "count", "How far the kernel moves.", default=1),
        OptionForm("padding", "whole", "Zeros on every side.", default=0),
        ACTIVATION,
    ),
    frozenset({"units", "matrix", "maps"}),
)


def conv(q: Writing, flow: Flow) -> Flow:
    """a_m = Σ_c x_c ∗ K_m,c + b_m, h_m = f(a_m): a map for each kernel, from all channels."""
    kernels, maps = q.kernels(flow)
    apply = convolution(q.option("stride"), q.option("padding"))
    outputs: list[Expr] = []
    for m in range(1, maps + 1):
        parts = [apply(x, kernels[m, c]) for c, x in enumerate(flow.parts, 1)]
        total = elementary.sum_of(parts)
        if q.has("bias"):
            total = elementary.add(total, q.of_map(q["bias"], m))
        at, number = q.of_maps(m)
        rank = 1 if q.is_signal(flow) else 2
        a = q.line("pre_activation", total, *at, rank=rank)
        outputs.append(q.line("activation", q.f(a), *at, goes_on=True, number=number, rank=rank))
    return q.maps(outputs)


POOLING = (
    OptionForm("size", "count", "The side of a window.", required=True),
    OptionForm("stride", "count", "How far the window moves; absent: its size."),
)
MAPS = frozenset({"units", "matrix", "maps"})
MAX_POOL = BlockForm(
    "max_pool", "The largest number of each window; of several equal ones the first.", (), POOLING, MAPS
)
MEAN_POOL = BlockForm("mean_pool", "The mean of each window.", (), POOLING, MAPS)


def _pooled(make: Callable[[int, int], Operation], told: str) -> Callable[[Writing, Flow], Flow]:
    def lines(q: Writing, flow: Flow) -> Flow:
        """h = the windows of x, each as one number."""
        size = q.option("size")
        apply = make(size, q.option("stride") or size)
        outputs: list[Expr] = []
        for m, x in enumerate(flow.parts, 1):
            at, number = q.numbering(m, flow)
            rank = 1 if q.is_signal(flow) else 2
            outputs.append(q.line("activation", apply(x), *at, told=told, goes_on=True, number=number, rank=rank))
        return Flow(flow.kind, tuple(outputs))

    return lines


FLATTEN = BlockForm("flatten", "One vector of all numbers: map after map, row by row.", takes=EVERYTHING)


def flatten(q: Writing, flow: Flow) -> Flow:
    """h = the parts, one after another."""
    parts = [q.layout.from_column(flattened(part)) for part in flow.parts]
    whole = parts[0] if len(parts) == 1 else q.joined(parts)
    return Flow("units", (q.line("activation", whole, told="flattened", goes_on=True),))


# --- tokens ---

EMBEDDING = BlockForm(
    "embedding",
    "A table with a row for each token; the input is the numbers of tokens, from 1.",
    (
        ParameterForm(
            "table",
            (("tokens", "features"),),
            "A row for each token.",
        ),
    ),
)


def embedding(q: Writing, flow: Flow) -> Flow:
    """h = the rows of the table that the input names."""
    table = q.parameter("table")
    numbers = q.whole_numbers(flow.only, table.shape[0])
    picked = pick_rows(numbers)(table)
    return Flow("matrix", (q.line("activation", picked, told="embedded", goes_on=True, rank=2),))


ATTENTION = BlockForm(
    "attention",
    "Self-attention over tokens, which are rows: A = softmax(Q Kᵀ/√d), h = A V.",
    (
        ParameterForm("query", (("features", "keys"),), "W_Q, [in][out]: Q = X W_Q."),
        ParameterForm("key", (("features", "keys"),), "W_K: K = X W_K."),
        ParameterForm("value", (("features", "values"),), "W_V: V = X W_V."),
        ParameterForm("output", (("values", "out"),), "W_O, after the heads; absent: none.", required=False),
    ),
    (
        OptionForm(
            "mask", "choice", "Whether a token sees those after it.", default="none", choices=("none", "causal")
        ),
        OptionForm("scale", "truth", "Whether scores are divided by √d.", default=True),
        OptionForm("heads", "count", "How many heads; each has its block of columns.", default=1),
    ),
    SEQUENCES,
)


ATTENTION_LETTERS = {
    "query": "{weights}_Q",
    "key": "{weights}_K",
    "value": "{weights}_V",
    "output": "{weights}_O",
    "queries": "Q",
    "keys": "K",
    "values": "V",
    "scores": "S",
    "weighting": "A",
}


def attention(q: Writing, flow: Flow) -> Flow:
    """Q, K, V, the scores S, the weights A, and what they make of V; with heads, each on its own columns."""
    X, heads = q.tokens(flow), q.option("heads")
    results: list[Expr] = []
    for j in range(1, heads + 1):
        at = (j,) if heads > 1 else ()
        Q, K, V = (
            q.line(letter, matrices.matmul(X, q.head(name, j, heads)), *at, rank=2)
            for letter, name in (("queries", "query"), ("keys", "key"), ("values", "value"))
        )
        scores: Expr = matrices.matmul(Q, matrices.transpose(K))
        if q.option("scale"):
            width = Constant(float(Q.shape[1]), texts=str(Q.shape[1]))
            scores = elementary.divide(scores, sqrt(width))
        # −∞ is no number to go on with: what is computed is the softmax over what a token sees.
        masked = q.option("mask") == "causal"
        S = q.line("scores", causal(scores) if masked else scores, *at, rank=2)
        stable = causal_softmax(scores) if masked else None
        A = q.line("weighting", softmax(1)(S), *at, rank=2, stable=stable)
        seen = matrices.matmul(A, V)
        ends = heads == 1 and not q.has("output")
        results.append(
            q.line("activation", seen, *at, told="seen", goes_on=ends, rank=2) if heads > 1 or ends else seen
        )
    if heads == 1 and not q.has("output"):
        return Flow("matrix", (results[0],))
    together = results[0] if heads == 1 else beside(*results)
    if q.has("output"):
        together = matrices.matmul(together, q["output"])
    return Flow("matrix", (q.line("activation", together, told="attended", goes_on=True, rank=2),))


# --- blocks in a block ---

LAYERS = OptionForm("layers", "layers", "The layers inside.", required=True)
RESIDUAL = BlockForm(
    "residual", "Layers with a way round them: h = f(inner(x) + x).", (), (LAYERS, ACTIVATION), EVERYTHING
)


def residual(q: Writing, flow: Flow) -> Flow:
    """s = inner(x) + x, h = f(s)."""
    inner = q.inside(flow)
    if [part.shape for part in inner.parts] != [part.shape for part in flow.parts]:
        told = " and ".join(describe_shape(flow_of.parts[0].shape) for flow_of in (flow, inner))
        message = f"the input of `residual` and what its layers make of it cannot be added: {told}"
        raise q.misfit(message, "the layers inside give what comes in its own shape")
    outputs = []
    for m, (out, x) in enumerate(zip(inner.parts, flow.parts, strict=True), 1):
        at, number = q.numbering(m, flow)
        total = elementary.add(out, x)
        if q.layer.activation.name == "identity":
            h = q.line("activation", total, *at, told="sum", goes_on=True, number=number)
            q.also("sum", h, *at)
        else:
            h = q.line("activation", q.f(q.line("sum", total, *at)), *at, goes_on=True, number=number)
        outputs.append(h)
    return Flow(flow.kind, tuple(outputs))


BRANCHES = BlockForm(
    "branches",
    "Several ways side by side.",
    (),
    (
        OptionForm("branches", "branches", "The branches, each `{layers: […]}`.", required=True),
        OptionForm(
            "combine",
            "choice",
            "How their results come together.",
            required=True,
            choices=("concat", "sum", "mean", "product"),
        ),
    ),
    UNITS,
)


def branches(q: Writing, flow: Flow) -> Flow:
    """h = the results of the branches, one below the other, or their sum, mean or product."""
    results = [q.inside(flow, branch, branch + 1).only for branch in range(len(q.layer.inner))]
    combine = q.option("combine")
    if combine != "concat" and len({result.shape for result in results}) > 1:
        told = " and ".join(describe_shape(result.shape) for result in results)
        raise q.misfit(f"the branches give {told}", "`combine: concat` puts results of different lengths together")
    h: Expr
    if combine == "concat":
        h = q.joined(results)
    elif combine == "product":
        h = results[0]
        for result in results[1:]:
            h = elementary.multiply(h, result)
    else:
        h = elementary.sum_of(results)
        if combine == "mean":
            h = elementary.divide(h, Constant(float(len(results)), texts=str(len(results))))
    return Flow("units", (q.line("activation", h, told="combined", goes_on=True),))


# --- sequences ---


def _recurrent_parameters(group: str = "") -> tuple[ParameterForm, ...]:
    prefix, of = (f"{group}.", f" of the {group.replace('_', ' ')}") if group else ("", "")
    return (
        ParameterForm(f"{prefix}weights", (("out", "in"),), f"The weights{of} on the input, as in a dense layer."),
        ParameterForm(f"{prefix}recurrent", (("out", "out"),), f"The weights{of} on the step before."),
        ParameterForm(f"{prefix}bias", (("out",), ()), f"The bias{of}; absent: none.", required=False),
    )


def _started(name: str, what: str) -> ParameterForm:
    return ParameterForm(name, (("out",),), f"{what} before the first step; absent: 0.", required=False, trained=False)


OUTPUTS = OptionForm(
    "outputs", "choice", "Whether the last step goes on, or all.", default="last", choices=("last", "all")
)
RECURRENT = BlockForm(
    "recurrent",
    "A recurrent layer: a_t = W x_t + U h_(t−1) + b, h_t = f(a_t).",
    (*_recurrent_parameters(), _started("start", "The activation")),
    (OptionForm("activation", "activation", "The activation.", default="tanh"), OUTPUTS),
    SEQUENCES,
)


def recurrent(q: Writing, flow: Flow) -> Flow:
    """One line a step, the parameters shared: backpropagation through time is the sum of their uses."""
    h = q.start("start", q.layout.fans(q["weights"].shape)[0])
    outputs: list[Expr] = []
    for t, x in q.over(flow):
        a = q.line("pre_activation", q.recurrent_map("", x, h), t)
        h = q.line("activation", q.f(a), t, goes_on=q.hands_on(t, flow), number=q.step_number(t))
        outputs.append(h)
    return q.handed_on(outputs)


LSTM_GATES = {"input_gate": "i", "forget_gate": "f", "output_gate": "o", "candidate": "g"}
LSTM = BlockForm(
    "lstm",
    "A long short-term memory: c_t = f ⊙ c_(t−1) + i ⊙ g, h_t = o ⊙ tanh(c_t).",
    (
        *(parameter for gate in LSTM_GATES for parameter in _recurrent_parameters(gate)),
        _started("start.h", "The activation"),
        _started("start.c", "The cell"),
    ),
    (OUTPUTS,),
    SEQUENCES,
)


def lstm(q: Writing, flow: Flow) -> Flow:
    """Three gates and a candidate a step, then the cell, then what it shows."""
    size = q.layout.fans(q["input_gate.weights"].shape)[0]
    h, c = q.start("start.h", size), q.start("start.c", size)
    sigmoid, tanh = q.named("sigmoid"), q.named("tanh")
    outputs: list[Expr] = []
    for t, x in q.over(flow):
        gates: dict[str, Variable] = {}
        for gate in LSTM_GATES:
            a = q.line(f"{gate}.pre_activation", q.recurrent_map(gate, x, h), t)
            gates[gate] = q.line(gate, (tanh if gate == "candidate" else sigmoid)(a), t)
        kept = elementary.multiply(gates["forget_gate"], c)
        c = q.line("cell", elementary.add(kept, elementary.multiply(gates["input_gate"], gates["candidate"])), t)
        shown = elementary.multiply(gates["output_gate"], tanh(c))
        goes_on = q.hands_on(t, flow)
        h = q.line("activation", shown, t, told="shown", goes_on=goes_on, number=q.step_number(t))
        outputs.append(h)
    return q.handed_on(outputs)


GRU_GATES = {"update_gate": "z", "reset_gate": "r", "candidate": "n"}
GRU = BlockForm(
    "gru",
    "A gated recurrent unit: h_t = (1 − z) ⊙ n + z ⊙ h_(t−1).",
    (*(p for gate in GRU_GATES for p in _recurrent_parameters(gate)), _started("start", "The activation")),
    (
        OptionForm(
            "form",
            "choice",
            "Where the reset gate stands: U (r ⊙ h), or r ⊙ (U h).",
            default="reset_before",
            choices=("reset_before", "reset_after"),
        ),
        OUTPUTS,
    ),
    SEQUENCES,
)


def gru(q: Writing, flow: Flow) -> Flow:
    """Two gates, the candidate, and a mixture of it with what was."""
    h = q.start("start", q.layout.fans(q["update_gate.weights"].shape)[0])
    sigmoid, tanh = q.named("sigmoid"), q.named("tanh")
    outputs: list[Expr] = []
    for t, x in q.over(flow):
        gates: dict[str, Variable] = {}
        for gate in ("update_gate", "reset_gate"):
            gates[gate] = q.line(gate, sigmoid(q.line(f"{gate}.pre_activation", q.recurrent_map(gate, x, h), t)), t)
        z, r = gates["update_gate"], gates["reset_gate"]
        if q.option("form") == "reset_before":
            inside = q.recurrent_map("candidate", x, elementary.multiply(r, h))
        else:
            product = q.layout.product(q["candidate.weights"], x)
            inside = elementary.add(product, q["candidate.bias"]) if q.has("candidate.bias") else product
            inside = elementary.add(inside, elementary.multiply(r, q.layout.product(q["candidate.recurrent"], h)))
        n = q.line("candidate", tanh(q.line("candidate.pre_activation", inside, t)), t)
        new = elementary.multiply(elementary.subtract(1.0, z), n)
        mixed = elementary.add(new, elementary.multiply(z, h))
        goes_on = q.hands_on(t, flow)
        h = q.line("activation", mixed, t, told="mixed", goes_on=goes_on, number=q.step_number(t))
        outputs.append(h)
    return q.handed_on(outputs)


def _gate_letters(gates: Mapping[str, str]) -> dict[str, str]:
    """W_i, U_i, b_i, a_i and i for the gate i."""
    letters: dict[str, str] = {}
    for gate, letter in gates.items():
        letters |= {f"{gate}.weights": f"{{weights}}_{letter}", f"{gate}.recurrent": f"U_{letter}"}
        letters |= {f"{gate}.bias": f"{{bias}}_{letter}", f"{gate}.pre_activation": f"{{pre_activation}}_{letter}"}
        letters[gate] = letter
    return letters


# --- a block of the file's own ---


def own_block(block: OwnBlock) -> Block:
    """A block whose lines are formulas of the problem file."""
    any_shape = ((), ("",), ("", ""))
    parameters = tuple(ParameterForm(name, any_shape, f"The parameter `{name}`.") for name in block.parameters)
    form = BlockForm(block.name, "A block of the file's own.", parameters, takes=UNITS | {"matrix"})

    def lines(q: Writing, flow: Flow) -> Flow:
        # Its formulas are about columns, whatever the layout: an instance that is a row is turned, and turned back.
        turns = flow.kind == "units" and not q.layout.columns
        scope: dict[str, Expr] = {block.argument: matrices.transpose(flow.only) if turns else flow.only}
        scope.update({name: q.parameter(name, letter=name, as_column=True) for name in block.parameters})
        variable: Variable | None = None
        for definition in block.definitions:
            try:
                expr = translate(definition.formula, scope, q.lines.functions, q.lines.kinks)
            except FormulaError as error:
                raise q.misfit_formula(error.diagnostic) from None
            variable = q.own_line(definition.name, expr)
            scope[definition.name] = variable
        assert variable is not None
        if turns and q.kind_of(variable) == "units":
            return Flow("units", (q.line("activation", matrices.transpose(variable), told="flattened", goes_on=True),))
        q.hand_on_own(variable)
        return Flow(q.kind_of(variable), (variable,))

    return Block(form, lines, batches=False)


def _block(
    form: BlockForm,
    lines: Callable[[Writing, Flow], Flow],
    letters: Mapping[str, str] = MappingProxyType({}),
    batches: bool = True,
    counts: tuple[str, ...] = ("step",),
) -> Block:
    return Block(form, lines, MappingProxyType(dict(letters)), batches, counts)


BLOCKS: Mapping[str, Block] = MappingProxyType(
    {
        block.name: block
        for block in (
            _block(DENSE, dense, {"mask": "M"}),
            _block(DROPOUT, dropout, {"mask": "M"}),
            _block(LAYER_NORM, layer_norm, NORMALISED),
            _block(BATCH_NORM, batch_norm, NORMALISED),
            _block(CONV, conv, {"kernels": "K"}, batches=False, counts=("map", "channel")),
            _block(MAX_POOL, _pooled(max_pool, "pooled"), batches=False, counts=("map",)),
            _block(MEAN_POOL, _pooled(mean_pool, "averaged"), batches=False, counts=("map",)),
            _block(FLATTEN, flatten, batches=False),
            _block(EMBEDDING, embedding, {"table": "E"}, batches=False),
            _block(ATTENTION, attention, ATTENTION_LETTERS, batches=False, counts=("head",)),
            _block(RESIDUAL, residual, {"sum": "s"}),
            _block(BRANCHES, branches),
            _block(RECURRENT, recurrent, {"recurrent": "U", "start": "{activation}"}, batches=False),
            _block(
                LSTM,
                lstm,
                {**_gate_letters(LSTM_GATES), "cell": "c", "start.h": "{activation}", "start.c": "c"},
                batches=False,
            ),
            _block(GRU, gru, {**_gate_letters(GRU_GATES), "start": "{activation}"}, batches=False),
        )
    }
)
"""Every block, by the name it has in a problem file."""
