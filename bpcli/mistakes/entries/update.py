"""Mistakes in the update step."""

from __future__ import annotations

from bpcli.mistakes.model import COMMON, FREQUENT, RARE, UNUSUAL, Mistake

__all__ = ["UPDATE"]

UPDATE = (
    Mistake(
        "U01",
        "step uphill",
        "the step was added in the place of subtracted",
        "W + η ∂L/∂W",
        "The new value lies on the other side of the old one.",
        "In which direction does the loss fall, along the gradient or against it?",
        COMMON,
        sources=("Grokking #37", "datascience.SE 25394"),
    ),
    Mistake(
        "U02",
        "learning rate forgotten",
        "the learning rate was left out, or multiplied in twice",
        "W − ∂L/∂W, or W − η² ∂L/∂W",
        "The step is off by a factor that is the learning rate.",
        "How often does the learning rate enter the step?",
        FREQUENT,
    ),
    Mistake(
        "U03",
        "change reported",
        "this is the change, not the new value",
        "−η ∂L/∂W",
        "A small number in the place of one close to the old value.",
        "Is the step asked for, or where it leads to?",
        FREQUENT,
    ),
    Mistake(
        "U04",
        "gradient transposed",
        "the transposed gradient was subtracted",
        "W − η (∂L/∂W)ᵀ",
        "The diagonal is right and the rest is not.",
        "Which gradient belongs to which weight?",
        UNUSUAL,
        sources=("Coursera week 5", "Grokking PR #22", "dibgerge #120"),
    ),
    Mistake(
        "U05",
        "bias not updated",
        "the bias was left as it was",
        "b_new = b",
        "The new bias equals the old one.",
        "Which parameters does an update change?",
        FREQUENT,
        sources=("mattm #5", "mattm PR #10"),
    ),
    Mistake(
        "U06",
        "parameter for gradient",
        "the parameter was used in the place of its gradient",
        "b − η b",
        "The new value is a fixed part of the old one.",
        "Of what is the step a multiple?",
        RARE,
        sources=("systemds PR #2330",),
    ),
    Mistake(
        "U07",
        "updated one after the other",
        "the layers were updated one after the other, with a new pass in between",
        "W⁽¹⁾ − η ∂L/∂W⁽¹⁾ at the new W⁽²⁾",
        "The value belongs to a gradient that was computed with weights already updated.",
        "At which parameters are all the gradients of one step taken?",
        UNUSUAL,
    ),
    Mistake(
        "U08",
        "weight decay in the update",
        "the weight decay has a wrong sign or a factor too much",
        "(1 + ηλ) W − …, (1 − 2ηλ) W − …",
        "The new value is off by a multiple of the old one.",
        "Does weight decay make a weight larger or smaller, and by which factor?",
        UNUSUAL,
        sources=("course-content-dl #423",),
    ),
    Mistake(
        "U09",
        "moment of the optimizer",
        "the running value of the optimizer has a wrong sign or a wrong factor",
        "v = βv − g, v = βv + (1 − β)g",
        "The first step already differs, by a sign or by a factor made of β.",
        "Write down the form in which the problem states the optimizer, factor by factor.",
        FREQUENT,
    ),
)
