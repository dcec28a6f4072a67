"""The looks of a typeset handout, and the little that a lesson needs: chains that break between their links."""

from __future__ import annotations

PAGE = """\
#set page(paper: "a4", margin: (x: 2.3cm, top: 2.2cm, bottom: 2.4cm), numbering: "1", number-align: center)
#set text(font: ("New Computer Modern", "Libertinus Serif"), size: 10.5pt)
#set par(leading: 0.62em, spacing: 0.85em, linebreaks: "optimized")
"""

MACROS = """\
#let bp-accent = rgb("#1f4e79")
#let bp-muted = luma(95)

// A formula no larger than the page: it is set smaller where it must be.
#let bp-fit(body, width, height: 21cm) = {
  let natural = measure(body)
  let ratio = calc.min(1, width / calc.max(natural.width, 1pt), height / calc.max(natural.height, 1pt))
  if ratio < 1 { text(size: 0.985em * ratio, body) } else { body }
}

// left = formula, then the stages: as many to a line as fit, each line beginning under the first relation.
#let bp-chain(left, formula, stages, aside: none, tall: false) = block(above: 0.95em, below: 1.15em, layout(size => {
  set text(top-edge: "bounds", bottom-edge: "bounds")
  let start = box(left)
  let indent = measure(start).width + 0.28em.to-absolute()
  let apart = indent > size.width * 0.4
  if apart { indent = 1.5em.to-absolute() }
  let room = size.width - indent - 0.5em.to-absolute()
  let links(items) = items.map(item => box(bp-fit(item, room))).join([ ])
  let tail = if aside == none { [] } else {
    let taken = indent + measure(links(formula)).width + measure(aside).width + 2em.to-absolute()
    let note = text(fill: bp-muted, box(bp-fit(aside, size.width - indent)))
    if taken <= size.width { h(1fr) + note } else { linebreak() + h(1fr) + note }
  }
  par(leading: if tall { 0.8em } else { 0.8em }, hanging-indent: indent, linebreaks: "simple", justify: false, {
    if apart { bp-fit(start, size.width) + linebreak() } else { start + h(0.28em) }
    links(formula)
    tail
    if stages.len() > 0 {
      if tall or aside != none { linebreak() } else { [ ] }
      links(stages)
    }
  })
}))

// Short equations side by side.
#let bp-givens(items) = block(above: 1em, below: 1em, layout(size => {
  set text(top-edge: "bounds", bottom-edge: "bounds")
  par(leading: 0.9em, linebreaks: "simple", justify: false,
    items.map(item => box(bp-fit(item, size.width))).join([#h(2.2em, weak: true) ]))
}))

#let bp-table(columns, align, header, rows, caption: none) = block(above: 1.1em, below: 1.2em, layout(size => {
  set text(top-edge: "bounds", bottom-edge: "bounds")
  let make() = table(
    columns: columns, align: align, stroke: none,
    inset: (x, y) => (left: if x == 0 { 0pt } else { 0.75em }, right: 0.75em, y: 0.6em),
    table.hline(stroke: 0.09em),
    table.header(..header.map(cell => text(fill: bp-muted, cell))),
    table.hline(stroke: 0.05em),
    ..rows.enumerate().map(((i, row)) => (
      if i > 0 { (table.hline(stroke: 0.03em + luma(205)),) } else { () }
    ) + row).flatten(),
    table.hline(stroke: 0.09em),
  )
  if caption != none { block(sticky: true, text(fill: bp-muted, caption)) }
  let natural = measure(make()).width
  set text(size: 0.985em * calc.min(1, size.width / natural)) if natural > size.width
  make()
}))

#let bp-title(body, source: none) = block(below: 1.3em, {
  set block(above: 0.75em, below: 0.75em)
  heading(level: 1, text(size: 1.25em, body))
  if source != none { block(text(fill: bp-muted, style: "italic", source)) }
  line(length: 100%, stroke: 0.9pt + bp-accent)
})

#let bp-heading(level, body) = block(above: 1.9em, below: 1.1em, sticky: true, width: 100%, {
  heading(level: level, text(fill: bp-accent, body))
  if level == 2 { v(-0.42em); line(length: 100%, stroke: 0.4pt + luma(190)) }
})

#let bp-step(number, title, why: none, body) = block(above: 1.7em, below: 1.7em, pad(left: 2em, {
  block(below: 0.65em, sticky: true, {
    place(left, dx: -2em, box(width: 1.5em, align(right, text(fill: bp-accent, number))))
    heading(level: 3, title)
  })
  if why != none { block(above: 0.65em, below: 0.9em, sticky: true, text(fill: bp-muted, why)) }
  body
}))

#let bp-note(sign, body) = block(above: 0.9em, below: 0.9em, grid(
  columns: (auto, 1fr), column-gutter: 0.55em, text(fill: bp-accent, sign), text(fill: bp-muted, body)))
"""
