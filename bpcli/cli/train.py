"""`bpcli train`: trains a network and shows how that went."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import Enum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Annotated, Any, TextIO

import typer

from bpcli.cli.language import DecimalComma, Lang, in_language, with_comma
from bpcli.cli.options import (
    FORMAT,
    Ascii,
    Force,
    Output,
    ProblemSource,
    Width,
    choose_format,
    refuse_several_on_standard_output,
    refuse_suffix,
)

if TYPE_CHECKING:
    from bpcli.lesson.training import TrainingReport
    from bpcli.problem.model import Numbers, Problem
    from bpcli.solution.solution import Solution
    from bpcli.training.training import Settings, Trained


class TrainFormat(str, Enum):
    terminal = "terminal"
    markdown = "markdown"
    json = "json"


DIVERGED = 3
PLOTS = (".svg", ".png")
CHECKPOINTS = (".yaml", ".yml")
MOST_SHOWN = 20
CURVE_HEIGHT = 10

Progress = Callable[[int, int, float], None]


def train(
    problem: ProblemSource,
    epochs: Annotated[int | None, typer.Option(min=1, max=1_000_000, help="Passes over the data.")] = None,
    batch_size: Annotated[int | None, typer.Option(min=1, help="Instances per update (all by default).")] = None,
    learning_rate: Annotated[float | None, typer.Option(help="The learning rate.")] = None,
    shuffle: Annotated[
        bool | None, typer.Option("--shuffle/--no-shuffle", help="Shuffle the instances in every epoch.")
    ] = None,
    seed: Annotated[int | None, typer.Option(min=0, max=2**64 - 1, help="The seed of the shuffling.")] = None,
    stop_below: Annotated[float | None, typer.Option(min=0, help="Stop when the objective is below this.")] = None,
    seconds: Annotated[float | None, typer.Option(min=0, help="Stop after so many seconds.")] = None,
    show_steps: Annotated[
        int, typer.Option(min=0, max=MOST_SHOWN, help="Work the first updates in full.", metavar="K")
    ] = 0,
    plot: Annotated[
        str | None, typer.Option(help="Write the loss curve to this file (.svg, or .png).", metavar="FILE")
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option(help="Write the problem with its final parameters to this file.", metavar="FILE")
    ] = None,
    format: Annotated[TrainFormat | None, FORMAT] = None,  # noqa: A002
    output: Output = None,
    width: Width = None,
    lang: Lang = None,
    decimal_comma: DecimalComma = None,
    ascii: Ascii = False,  # noqa: A002
    force: Force = False,
) -> None:
    """Train a network: gradient descent over its data, in one batch or in mini-batches.

    Examples:  bpcli train xor   |   bpcli train iris --epochs 200 --plot loss.svg   |
    bpcli train xor --show-steps 2   |   bpcli train digits --checkpoint trained.yaml
    """
    from bpcli.cli.output import refuse_to_overwrite, write_text
    from bpcli.solution.load import load_problem
    from bpcli.training.training import settings_of, worked_steps
    from bpcli.training.training import train as work

    chosen = choose_format(format, output, TrainFormat)
    refuse_suffix(plot, PLOTS, "--plot")
    refuse_suffix(checkpoint, CHECKPOINTS, "--checkpoint")
    refuse_several_on_standard_output(**{"--plot": plot, "--checkpoint": checkpoint})
    loaded = in_language(lang)(load_problem(problem))
    data = loaded.network.data if loaded.network is not None else None
    for file in (output, plot, checkpoint):
        refuse_to_overwrite(file, problem, *([data.path] if data is not None else []), force=force)
    settings = _settings(settings_of(loaded), epochs, batch_size, shuffle, seed, stop_below, seconds)
    if learning_rate is not None:
        settings = settings._replace(learning_rate=_rate(learning_rate, loaded))
    with _progress() as progress:
        trained = work(loaded, settings, progress)
    # What goes to standard output goes there alone.
    told = output is not None or "-" not in (plot, checkpoint)
    if chosen is TrainFormat.json and told:
        write_text(_json(trained), output, force=force)
    report = _report(trained, list(worked_steps(loaded, settings, show_steps)), problem)
    report = report._replace(
        before=with_comma(report.before, decimal_comma), after=with_comma(report.after, decimal_comma)
    )
    if chosen is TrainFormat.markdown and told:
        write_text(_markdown(report), output, force=force)
    elif chosen is TrainFormat.terminal and told:
        _write_terminal(report, output, width, ascii, force)
    if plot is not None:
        _plot(report, plot, force)
    if trained.reason == "diverged":
        raise typer.Exit(DIVERGED)
    if checkpoint is not None:
        _keep(trained, checkpoint, loaded, force)


def _settings(
    given: Settings,
    epochs: int | None,
    batch_size: int | None,
    shuffle: bool | None,
    seed: int | None,
    stop_below: float | None,
    seconds: float | None,
) -> Settings:
    chosen: dict[str, Any] = {
        "epochs": epochs,
        "batch_size": batch_size,
        "shuffle": shuffle,
        "seed": seed,
        "objective_below": stop_below,
        "seconds": seconds,
    }
    return given._replace(**{name: value for name, value in chosen.items() if value is not None})


def _rate(value: float, problem: Problem) -> Numbers:
    from bpcli.diagnostics import Span
    from bpcli.problem.model import Numbers

    if not 0 < value < float("inf"):
        raise typer.BadParameter("a learning rate is greater than 0", param_hint="--learning-rate")
    span = problem.network.span if problem.network is not None else Span(1, 1, 1, 1)
    return Numbers(value, f"{value:g}" if float(f"{value:g}") == value else repr(value), (), span)


@contextmanager
def _progress() -> Iterator[Progress | None]:
    """A bar on standard error, where that is a terminal."""
    if sys.stderr is None or not sys.stderr.isatty():
        yield None
        return
    from time import perf_counter

    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("Training"), BarColumn(), TextColumn("{task.completed}/{task.total}"), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, auto_refresh=False) as bar:
        task = bar.add_task("Training")
        drawn = 0.0

        def told(epoch: int, epochs: int, objective: float) -> None:
            nonlocal drawn
            if (now := perf_counter()) - drawn > 0.1 or epoch == epochs:
                drawn = now
                bar.update(task, total=epochs, completed=epoch, refresh=True)

        yield told


# --- what comes out ----------------------------------------------------------------------------------------------


def _report(trained: Trained, worked: list[Solution], source: str) -> TrainingReport:
    from bpcli.lesson.training import training_report

    named = "" if source == "-" else source
    return training_report(trained, worked, source=named)


def _markdown(report: TrainingReport) -> str:
    from bpcli.render import render
    from bpcli.training.curve import curve_lines

    drawn = "\n".join(curve_lines(report.curve, 72, CURVE_HEIGHT))
    parts = [render(part, "markdown").rstrip("\n") for part in (report.before, report.heading, report.after)]
    parts.insert(2, f"```text\n{drawn}\n```")
    return "\n\n".join(parts) + "\n"


def _write_terminal(
    report: TrainingReport,
    output: str | None,
    width: int | None,
    ascii: bool,  # noqa: A002
    force: bool,
) -> None:
    from bpcli.cli.output import emit_with, write_file
    from bpcli.render.terminal import terminal_width, to_terminal_text, write_terminal
    from bpcli.training.curve import curve_lines

    def drawn(columns: int, plain: bool) -> str:
        lines = curve_lines(report.curve, min(columns, 80) - 2, CURVE_HEIGHT, ascii=plain)
        return "\n" + "".join(f"  {line}".rstrip() + "\n" for line in lines) + "\n"

    if output is not None:
        columns = width or 80
        parts = [to_terminal_text(p, width=columns, ascii=ascii) for p in (report.before, report.heading, report.after)]
        write_file(output, f"{parts[0]}\n{parts[1]}{drawn(columns, ascii)}{parts[2]}", force=force)
        return

    def write(stream: TextIO) -> None:
        columns = width or terminal_width(stream)
        plain = ascii or not _carries_braille(stream)
        for part in (report.before, report.heading, report.after):
            if part is report.heading:
                stream.write("\n")
            write_terminal(part, stream, width=columns, ascii=plain or None)
            if part is report.heading:
                stream.write(drawn(columns, plain))

    emit_with(write)


def _carries_braille(stream: TextIO) -> bool:
    encoding = getattr(stream, "encoding", None) or "utf-8"
    try:
        "⠿│└─".encode(encoding)
    except (LookupError, UnicodeEncodeError):
        return False
    return True


def _json(trained: Trained) -> str:
    from math import isfinite

    from bpcli.export.json import indented
    from bpcli.solution.solution import plain

    def number(value: float | None) -> float | None:
        return value if value is not None and isfinite(value) else None

    data = {
        "format": "bpcli/training",
        "version": 1,
        "title": trained.problem.title,
        "output": trained.output,
        "epochs": trained.epochs,
        "updates": trained.updates,
        "reason": trained.reason,
        "fault": trained.fault._asdict() if trained.fault else None,
        "history": [
            {"epoch": m.epoch, "objective": number(m.objective), "accuracy": m.accuracy} for m in trained.history
        ],
        "parameters": None
        if trained.fault
        else {v.name: plain(trained.parameters[v.name], v.rank) for v in trained.variables},
    }
    return indented(data) + "\n"


def _plot(report: TrainingReport, path: str, force: bool) -> None:
    from bpcli.cli.output import write_file
    from bpcli.training.curve import curve_png, curve_svg

    if PurePath(path).suffix.lower() == ".png":
        write_file(path, curve_png(report.curve), force=force)
    else:
        write_file(path, curve_svg(report.curve), force=force)


# --- checkpoints -------------------------------------------------------------------------------------------------


def _keep(trained: Trained, path: str, problem: Problem, force: bool) -> None:
    from bpcli.cli.output import STANDARD_OUTPUT, make_folder, write_file
    from bpcli.problem.source import read_source
    from bpcli.training.checkpoint import checkpoint_text

    text = checkpoint_text(trained)
    data = problem.network.data if problem.network is not None else None
    if data is not None and path != STANDARD_OUTPUT:
        # The checkpoint names the same file beside it.
        there = Path(path).parent / data.file
        content = read_source(data.path)
        if not there.exists() or read_source(there) != content:
            make_folder(there.parent)
            write_file(str(there), content, force=force)
    write_file(path, text, force=force)
