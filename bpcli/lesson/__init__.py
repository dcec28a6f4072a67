"""The lesson: what is said about a solution and in which order, as a Document, once for every format."""

from __future__ import annotations

from bpcli.document.document import Block, Document, Heading, Note, Paragraph, Title
from bpcli.lesson.givens import data_blocks, given_blocks
from bpcli.lesson.options import LessonOptions
from bpcli.lesson.steps import StepTeller
from bpcli.lesson.tables import before_after_blocks, later_blocks, summary_blocks
from bpcli.messages import Messages
from bpcli.notation.writer import Writer
from bpcli.solution.solution import Solution

__all__ = ["LessonOptions", "lesson"]

PHASES = ("forward", "backward", "update")


def lesson(solution: Solution, options: LessonOptions | None = None) -> Document:
    """The worked solution as a document."""
    options = options or LessonOptions()
    messages = Messages(options.language or solution.problem.language)
    writer = Writer(solution.rounding, full=options.full)
    problem = solution.problem
    blocks: list[Block] = [Title(problem.title, problem.source)]
    if problem.note:
        blocks.append(Paragraph((problem.note,)))
    blocks.extend(given_blocks(solution, writer, messages))
    blocks.extend(data_blocks(solution, messages))
    if solution.rounding.each_step:
        blocks.append(Note(messages.inline("note.each-step")))
    teller = StepTeller(solution, writer, messages, options)
    chosen = options.chosen(solution)
    for update in range(1, max((step.binding.update for step in solution.steps), default=1) + 1):
        for phase in PHASES:
            told = [
                block
                for number, step in enumerate(solution.steps, start=1)
                if step.phase == phase and step.binding.update == update
                if (chosen is None or step.id in chosen) and options.tells(phase)
                for block in teller.tell(number, step)
            ]
            if told:
                key = f"heading.{phase}.later" if update > 1 else f"heading.{phase}"
                blocks.append(Heading(messages.text(key, count=update)))
                blocks.extend(told)
    blocks.extend(
        Note(messages.inline(f"note.no-{phase}"), "warning")
        for phase in PHASES
        if phase in options.phases and not any(step.phase == phase for step in solution.steps)
    )
    if options.tells("update"):
        if chosen is None:
            blocks.extend(before_after_blocks(solution, writer, messages))
        blocks.extend(later_blocks(solution, writer, messages, options))
    blocks.extend(summary_blocks(solution, writer, messages, options, chosen))
    if not solution.rounding.each_step and teller.rounded:
        blocks.append(Note(messages.inline("note.rounding")))
    return Document(tuple(blocks), messages.language)
