"""The keys of a problem file, declared once: what reads them also generates the JSON Schema for editors."""

from __future__ import annotations

from typing import Any

from bpcli.problem.blocks import MAX_SEED, LayerNode
from bpcli.problem.kinds import (
    Array,
    Choice,
    FormulaText,
    NameText,
    Nested,
    Real,
    Text,
    Truth,
    Whole,
    json_definitions,
)
from bpcli.problem.model import Vocabulary
from bpcli.problem.networks import ONE_INSTANCE
from bpcli.problem.schema import Field, FromVocabulary, ListOf, MapOf, Record, Variants

# How the rows and columns of `weights` are read, under each way of writing the affine map.
AFFINE_LAYOUTS = ("W x + b", "x W + b", "x W^T + b")
LAYER_INDEXES = ("superscript", "bracket", "subscript")

MAX_STEPS = 20_000
MAX_POINTS = 1_000_000
MAX_EPOCHS = 1_000_000
MAX_DIGITS = 10  # printed digits that are the same on every processor

NAME_PATTERN = r"^[^\W\d]\w*$"
DEFINED_PATTERN = r"^[^\W\d][\w{}+-]*$|^for\s"
FUNCTION_PATTERN = r"^\s*[^\W\d]\w*\s*\(.*\)\s*$"

SHARE = Real(minimum=0, below=1)
NOT_NEGATIVE = Real(minimum=0)
POSITIVE = Real(above=0)


def _symbols(vocabulary: Vocabulary) -> Record:
    roles = (Field(role, NameText("a symbol"), f"The symbol of {role}.") for role in vocabulary.symbol_roles)
    return Record("symbols", (Field("preset", PRESET, "The preset that the others change."), *roles))


PRESET = Choice("a preset of symbols", vocabulary_field="presets", code="unknown-preset")
LOSS_NAME = NameText("a loss", "losses")
LOSS = Variants(
    "the name of a loss",
    scalar=LOSS_NAME,
    mapping=Record(
        "a loss",
        (
            Field("name", LOSS_NAME, "The loss.", required=True),
            Field("factor", POSITIVE, "A factor of the loss.", default=1),
            Field("over_outputs", Choice("`sum` or `mean`", ("sum", "mean")), "Sum or mean over the outputs."),
            Field("over_batch", Choice("`mean` or `sum`", ("mean", "sum")), "Mean or sum over the instances."),
            Field("log_base", Choice("a base (`e`, `2` or `10`)", ("e", "2", "10")), "The base of the logarithm."),
            Field("delta", POSITIVE, "Where `huber` turns from quadratic to linear."),
            Field("margin", POSITIVE, "How far `multiclass_hinge` wants the class above the others.", default=1),
        ),
    ),
)

REGULARIZATION = Record(
    "a regularization",
    (
        Field("l2", NOT_NEGATIVE, "λ of the penalty factor·Σw²."),
        Field("l1", NOT_NEGATIVE, "λ of the penalty Σ|w|."),
        Field("factor", POSITIVE, "The factor of the squared penalty.", default="1/2"),
        Field("bias", Truth(), "Whether biases are penalised too.", default=False),
    ),
)

SCHEDULE = Record(
    "a schedule",
    (
        Field(
            "schedule",
            Choice("a schedule", ("step", "exponential", "inverse_time", "cosine")),
            "How the rate falls: η₀·d^⌊k/every⌋, η₀·e^(−d·k), η₀/(1 + d·k), η₀/2·(1 + cos(π·k/steps)).",
            required=True,
        ),
        Field("start", POSITIVE, "The rate of the first update, η₀.", required=True),
        Field("decay", POSITIVE, "How fast it falls, d."),
        Field("every", Whole(1, MAX_STEPS), "It falls once in so many updates.", default=1),
        Field("steps", Whole(1, MAX_STEPS), "How many updates a cosine takes."),
    ),
)
RATE = Variants("a learning rate", scalar=POSITIVE, sequence=ListOf(POSITIVE, minimum=1), mapping=SCHEDULE)
GIVEN_ARRAYS = MapOf(Array((0, 1, 2)))

UPDATE = Record(
    "an update",
    (
        Field(
            "optimizer",
            Choice("an optimizer", vocabulary_field="optimizers", code="unknown-optimizer"),
            "How the parameters are updated.",
            default="gradient_descent",
        ),
        Field(
            "learning_rate",
            RATE,
            "The learning rate η: a number, a list with one for each update, or a schedule.",
            required=True,
        ),
        Field(
            "steps",
            Whole(1, MAX_STEPS),
            "The number of updates; absent: 1, or as many as rates or gradients are listed.",
        ),
        Field("momentum", SHARE, "The share β of the velocity that is kept."),
        Field("beta", SHARE, "The share β that is kept."),
        Field("beta1", SHARE, "The share of the first moment that is kept."),
        Field("beta2", SHARE, "The share of the second moment that is kept."),
        Field("epsilon", NOT_NEGATIVE, "What is added to the denominator."),
        Field("weight_decay", NOT_NEGATIVE, "The decoupled decay of the weights."),
        Field("nesterov", Truth(), "Nesterov's momentum.", default=False),
        Field("form", NameText("a form of the optimizer"), "Which textbook's form, for example `v = βv + g`."),
        Field("each", Choice("`batch` or `instance`", ("batch", "instance")), "What an update uses.", default="batch"),
        Field(
            "direction",
            Choice("`descent` or `ascent`", ("descent", "ascent")),
            "Downhill or uphill.",
            default="descent",
        ),
        Field(
            "clip",
            Record(
                "a clipping",
                (
                    Field("norm", POSITIVE, "The longest that all gradients together may be."),
                    Field("value", POSITIVE, "The largest that an entry may be."),
                ),
            ),
            "Gradients that are too long are shortened first.",
        ),
        Field("state", GIVEN_ARRAYS, "Where the optimizer starts: `{step: 3, v_W1: …, m_W1: …, s_W1: …}`; absent: 0."),
        Field(
            "gradients",
            Variants("gradients", mapping=GIVEN_ARRAYS, sequence=ListOf(GIVEN_ARRAYS, minimum=1)),
            "Gradients that are given, `{W1: …}`, or a list of such, one for each update.",
        ),
    ),
)

TRAINING = Record(
    "training",
    (
        Field("epochs", Whole(1, MAX_EPOCHS), "Passes over the data.", default=1),
        Field("batch_size", Whole(1, 10**9), "Instances per update; absent: all."),
        Field("shuffle", Truth(), "Whether the instances are shuffled in each epoch.", default=False),
        Field("seed", Whole(0, MAX_SEED), "The seed of the shuffling.", default=0),
        Field("learning_rate", POSITIVE, "The learning rate η; absent: that of `update:`."),
        Field(
            "stop",
            Record(
                "a stopping rule",
                (
                    Field("objective_below", NOT_NEGATIVE, "Stop when the objective is below this."),
                    Field("gradient_below", NOT_NEGATIVE, "Stop when no entry of the gradient is above this in size."),
                ),
            ),
            "When to stop early.",
        ),
    ),
)

COLUMN = NameText("the name of a column")
COLUMNS = Variants("the names of columns", scalar=COLUMN, sequence=ListOf(COLUMN, minimum=1))
DATA_FILE = NameText("the name of a CSV file")
DATA = Variants(
    "the name of a CSV file",
    scalar=DATA_FILE,
    mapping=Record(
        "data",
        (
            Field("file", DATA_FILE, "A CSV file in the folder of the problem, or below it.", required=True),
            Field("inputs", COLUMNS, "The columns of the inputs; absent: all that are not targets."),
            Field("targets", COLUMNS, "The columns of the targets; absent: the last one."),
            Field(
                "classes",
                ListOf(NameText("the name of a class"), minimum=2),
                "The classes of the target column, in order from class 0; absent: in alphabetical order.",
            ),
            Field("worked_rows", Whole(1, 1000), "How many rows a worked solution shows.", default=4),
        ),
    ),
)

NETWORK = Record(
    "a network",
    (
        Field(
            "input",
            Array((0, 1, 2, 3), ONE_INSTANCE),
            "One instance: a list of numbers, or one number; a matrix or a list of matrices for a convolution; "
            "one row a time step for a sequence.",
        ),
        Field("inputs", Array((1, 2)), "A batch: a list of instances, one row each."),
        Field("target", Array((0, 1, 2), ONE_INSTANCE), "The target of one instance, or its class (from 0)."),
        Field("targets", Array((1, 2)), "The targets of a batch, one row each, or its classes (from 0)."),
        Field("data", DATA, "A data set in place of inputs and targets: a CSV file whose first row names its columns."),
        Field("layers", ListOf(LayerNode(), minimum=1), "The layers, from the input to the output.", required=True),
        Field("sequence", Truth(), "Whether the input is a sequence, one row a time step or a token.", default=False),
        Field("upstream", Array((0, 1, 2)), "The gradient at the prediction, in the place of target and loss."),
        Field("instance_weights", Array((1,)), "A weight for each instance of a batch."),
        Field("given", GIVEN_ARRAYS, "Quantities that the exercise states: `{y: [0.5, 0.5]}`."),
        Field("loss", LOSS, "The loss, or a function of y and t from `functions:`; absent: forward pass only."),
        Field("regularization", REGULARIZATION, "A penalty on the parameters."),
        Field("update", UPDATE, "How the parameters are updated."),
        Field("training", TRAINING, "How the network is trained."),
    ),
)

QUOTED = 'a formula that is a list stands in quotes: `"[1, 2]"`'
DEFINITIONS = MapOf(Variants("a formula", scalar=FormulaText(), mapping=Nested(), advice=QUOTED), DEFINED_PATTERN)
GRAPH = Record(
    "a graph",
    (
        Field(
            "inputs",
            MapOf(Array((0, 1, 2)), NAME_PATTERN),
            "The given values: numbers, lists of numbers, matrices.",
            nullable=True,
        ),
        Field("parameters", MapOf(Array((0, 1, 2)), NAME_PATTERN), "The given values that are trained."),
        Field(
            "define",
            Variants("definitions", scalar=FormulaText(), mapping=DEFINITIONS),
            "Names and their formulas, in order: a mapping, or a text of `name = formula` lines. "
            "`for t in 1..3:` holds lines that are repeated, with `{t}`, `{t-1}` in names and formulas.",
        ),
        Field("output", NameText("the name of a value"), "What is differentiated; absent: the last name."),
        Field(
            "gradients",
            ListOf(NameText("the name of a value")),
            "With respect to what; absent: every parameter, or every input where there are none.",
        ),
        Field("describe", MapOf(Text(200)), "What nodes are called in the lesson: `{z: Pre-activation}`."),
        Field("update", UPDATE, "How the parameters are updated."),
    ),
    any_of=("define", "update"),  # with gradients that are given nothing else is needed
)

FUNCTION = Variants(
    "a formula",
    scalar=FormulaText(),
    mapping=Record(
        "a function",
        (
            Field("value", FormulaText(), "The formula of its value.", required=True),
            Field("derivative", FormulaText(), "The formula of its derivative, which is checked."),
        ),
    ),
)

OWN_BLOCK = Record(
    "a block",
    (
        Field("parameters", ListOf(NameText("the name of a parameter")), "The names of its parameters."),
        Field("define", MapOf(FormulaText(), NAME_PATTERN), "Its lines; the last one goes on.", required=True),
    ),
)

CONVENTIONS = Record(
    "conventions",
    (
        Field(
            "affine",
            Choice("an affine map", AFFINE_LAYOUTS, spaces=False),
            "`W x + b`, `x W + b` or `x W^T + b`.",
            default="W x + b",
        ),
        Field(
            "symbols",
            Variants("a preset of symbols", scalar=PRESET, mapping=FromVocabulary(_symbols)),
            "A preset of symbols, or a mapping from roles to symbols (and `preset`).",
            default="goodfellow",
        ),
        Field("delta", Truth(), "Whether δ is written for the adjoint of a pre-activation."),
        Field("layer_index", Choice("a place", LAYER_INDEXES), "W⁽¹⁾, W^[1] or W₁.", default="superscript"),
        Field("relu_at_zero", Real(), "The slope of relu at 0: 0, 1 or 0.5.", default=0),
        Field("step_at_zero", Real(0, 1), "The value of step at 0.", default=1),
    ),
)

DISPLAY = Record(
    "display",
    (
        Field("decimals", Whole(0, MAX_DIGITS), "Digits after the point."),
        Field("significant", Whole(1, MAX_DIGITS), "Significant digits."),
        Field("rounding", Choice("a rounding", ("final", "each_step")), "When to round.", default="final"),
    ),
)

CHECK = Record(
    "check",
    (
        Field(
            "tolerance",
            Record(
                "a tolerance",
                (
                    Field("absolute", NOT_NEGATIVE, "Added to what the written digits allow.", default=0),
                    Field("relative", NOT_NEGATIVE, "A share of the true value, added likewise.", default=0),
                ),
            ),
            "What is allowed beyond the written digits.",
        ),
        Field("digits", Whole(0, MAX_DIGITS), "The decimals asked for; absent: two significant digits of each value."),
        Field("close", Real(0, 1), "The share of the points where only the last digit is off.", default=1),
        Field("coarse", Real(0, 1), "The share of the points where fewer digits than asked are right.", default=0.5),
        Field("follow_through", Real(0, 1), "The share of the points for what follows from a mistake.", default=1),
        Field(
            "truncation",
            Choice("`accept` or `reject`", ("accept", "reject")),
            "Whether cut-off digits count as right.",
            default="accept",
        ),
        Field("points", MapOf(Real(0, MAX_POINTS)), "The quantities asked for, and the points of each."),
    ),
)

PROBLEM = Record(
    "a problem",
    (
        Field("title", Text(), "The title."),
        Field("source", Text(), "Where the problem comes from; printed under the title."),
        Field("note", Text(10_000, lines=True), "A note for the reader."),
        Field("language", Choice("a language of lessons", ("en", "it", "pt")), "The language of the lesson."),
        Field("functions", MapOf(FUNCTION, FUNCTION_PATTERN), "Custom operations: `name(x): formula`.", nullable=True),
        Field("blocks", MapOf(OWN_BLOCK, FUNCTION_PATTERN), "Blocks of one's own: `name(x): {parameters, define}`."),
        Field("network", NETWORK, "A network of layers."),
        Field("graph", GRAPH, "A computation graph."),
        Field("conventions", CONVENTIONS, "How things are written."),
        Field("display", DISPLAY, "How numbers are printed."),
        Field("check", CHECK, "How answers are graded."),
    ),
    one_of=("network", "graph"),
)


def json_schema(vocabulary: Vocabulary) -> dict[str, Any]:
    """The JSON Schema (draft-07) of a problem file, for editors."""
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "title": "bpcli problem"}
    return (
        head | PROBLEM.json(vocabulary) | {"definitions": json_definitions() | {"layer": LayerNode().json(vocabulary)}}
    )
