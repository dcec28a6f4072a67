from types import MappingProxyType

import pytest

from bpcli.compose.blocks import BLOCKS
from bpcli.problem.model import Vocabulary

LOSSES = (
    "half_squared_error squared_error mean_squared_error half_mean_squared_error"
    " binary_cross_entropy cross_entropy absolute_error huber"
)
ONE_ARGUMENT = (
    *("exp", "log", "log2", "log10", "sqrt", "square", "abs", "sin", "cos", "tanh", "sigmoid", "relu"),
    *("softplus", "softmax", "sum", "mean", "norm2", "transpose"),
)


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    plain = ("identity", "sigmoid", "tanh", "relu", "softplus", "softmax")
    return Vocabulary(
        activations=MappingProxyType(dict.fromkeys(plain, ()) | {"leaky_relu": ("slope",), "elu": ("alpha",)}),
        losses=tuple(LOSSES.split()),
        functions=MappingProxyType(
            dict.fromkeys(ONE_ARGUMENT, (1,))
            | dict.fromkeys(("leaky_relu", "max", "min", "entropy"), (1, 2))
            | dict.fromkeys(("kl", "cross_entropy"), (2, 3))
            | dict.fromkeys(("dot", "half_squared_error", "squared_error", "binary_cross_entropy"), (2,))
        ),
        optimizers=MappingProxyType(
            {
                "gradient_descent": (),
                "momentum": ("momentum", "beta"),
                "rmsprop": ("beta", "epsilon"),
                "adagrad": ("epsilon",),
                "adam": ("beta1", "beta2", "epsilon"),
                "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
            }
        ),
        optimizer_forms=MappingProxyType({"momentum": ("v = βv + g", "v = βv + (1−β)g", "v = βv + ηg")}),
        presets=("goodfellow", "nielsen", "ng", "mitchell", "mazur"),
        symbol_roles=(
            "input",
            "target",
            "pre_activation",
            "activation",
            "prediction",
            "weights",
            "bias",
            "loss",
            "regularizer",
            "objective",
        ),
        blocks=MappingProxyType({name: block.form for name, block in BLOCKS.items()}),
    )
