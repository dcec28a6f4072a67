"""The looks of a page: quiet, readable from a phone to paper, light or dark as the reader's system is.

Every rule stands under `.bpcli`, so that a fragment changes nothing around it. Fonts are the reader's own.
"""

from __future__ import annotations

_COMMON = """\
.bpcli { --rule: color-mix(in srgb, currentColor 18%, transparent);
  --muted: color-mix(in srgb, currentColor 64%, transparent); line-height: 1.5; }
.bpcli :is(h1, h2, h3, p) { margin: 0; }
.bpcli h1 { font-size: 1.9em; font-weight: 600; line-height: 1.15; letter-spacing: -0.01em; text-wrap: balance; }
.bpcli h2 { font-size: 1.3em; font-weight: 600; line-height: 1.25; color: var(--accent); margin: 2.2em 0 1em;
  padding-bottom: 0.3em; border-bottom: 1px solid var(--rule); }
.bpcli h3 { font-size: 1em; font-weight: 600; line-height: 1.4; }
.bpcli .source { color: var(--muted); font-style: italic; margin-top: 0.45em; }
.bpcli header { padding-bottom: 1.1em; margin-bottom: 1.4em; border-bottom: 2px solid var(--accent); }
.bpcli p, .bpcli .givens, .bpcli .wide { margin: 0.8em 0; }
.bpcli p, .bpcli h1, .bpcli h2, .bpcli h3, .bpcli code { overflow-wrap: anywhere; }
.bpcli code { font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; font-size: 0.88em; }
.bpcli math { font-family: "STIX Two Math", "Latin Modern Math", "Cambria Math", math; font-size: 1.06em;
  line-height: 1.15; white-space: nowrap; }
.bpcli .word { font-style: italic; }
.bpcli .bracket { font-size: 0.01px; color: transparent; }
.bpcli .matrix mtable { border: solid currentColor; border-width: 0 max(1px, 0.065em); margin: 0 0.12em;
  padding: 0.12em 0.2em; border-collapse: separate; border-spacing: 0;
  --tick: linear-gradient(currentColor, currentColor); print-color-adjust: exact;
  background: var(--tick) 0 0, var(--tick) 100% 0, var(--tick) 0 100%, var(--tick) 100% 100%;
  background-size: 0.3em max(1px, 0.065em); background-repeat: no-repeat; background-origin: border-box; }
.bpcli mtd { padding: 0.22em calc(0.42em + var(--tail, 0ch)) 0.22em 0.42em; text-align: right;
  text-align: -webkit-right; font-variant-numeric: tabular-nums lining-nums; }
.bpcli mtd:first-child { padding-left: 0; }
.bpcli mtd:last-child { padding-right: var(--tail, 0ch); }
.bpcli .blank { color: transparent; border: 1px solid color-mix(in srgb, var(--ink, currentColor) 55%, transparent);
  padding: 0.3em 0.35em; margin: 0.1em; }
.bpcli mtd.dots { text-align: center; text-align: -webkit-center; }
.bpcli .givens { display: flex; flex-wrap: wrap; align-items: center; gap: 0.5em 2.4em; padding-left: 0; }
.bpcli .givens > div { max-width: 100%; overflow-x: auto; overflow-y: hidden; padding: 0.1em 0; }
.bpcli .step { margin: 1.5em 0; position: relative; }
.bpcli summary { cursor: pointer; list-style: none; display: flex; align-items: baseline; gap: 0.75em; }
.bpcli summary::-webkit-details-marker { display: none; }
.bpcli summary::after { content: "+"; margin-left: auto; color: var(--muted); font-weight: 400; opacity: 0; }
.bpcli summary:hover::after, .bpcli summary:focus-visible::after, .bpcli details:not([open]) > summary::after {
  opacity: 1; }
.bpcli details[open] > summary::after { content: "−"; }
.bpcli summary:focus-visible { outline: 2px solid var(--accent); outline-offset: 3px; border-radius: 2px; }
.bpcli .number { color: var(--accent); font-variant-numeric: tabular-nums; min-width: 1.5em; text-align: right; }
.bpcli .body { padding-left: 2.25em; }
.bpcli .why { margin: 0.1em 0 0; color: var(--muted); }
.bpcli .equation { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.6em 0; margin: 0.75em 0;
  padding: 0.15em 0; overflow-x: auto; overflow-y: hidden; }
.bpcli .lines { flex: 1 1 0; display: flex; flex-direction: column; gap: 0.7em; }
.bpcli .line { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0.7em 0; }
.bpcli .aside { color: var(--muted); margin-left: auto; padding-left: 2em; }
.bpcli .note { display: flex; gap: 0.6em; margin: 0.8em 0; font-size: 0.95em; color: var(--muted); }
.bpcli .note > span:first-child { flex: none; color: var(--accent); }
.bpcli .warning { color: inherit; } .bpcli .warning > span:first-child { color: var(--warn); }
.bpcli .check > span:first-child { color: var(--good); }
.bpcli .entries { font-variant-caps: all-small-caps; letter-spacing: 0.05em; color: var(--muted); }
.bpcli .wide { overflow-x: auto; }
.bpcli table { border-collapse: collapse; border: solid var(--ink, currentColor); border-width: 1.5px 0;
  background: none; font-size: 1em; margin: 0; }
.bpcli caption { text-align: left; color: var(--muted); padding-bottom: 0.5em; }
.bpcli :is(th, td) { padding: 0.45em 1.5em 0.45em 0; vertical-align: middle; text-align: left; font-weight: 400;
  background: none; border: 0; }
.bpcli :is(th, td) code { white-space: nowrap; }
.bpcli thead th { color: var(--muted); font-size: 0.95em; vertical-align: bottom;
  border-bottom: 1px solid var(--ink, currentColor); }
.bpcli tbody tr + tr > * { border-top: 1px solid var(--rule); }
.bpcli .r { text-align: right; } .bpcli .c { text-align: center; }
.bpcli .good { color: var(--good); } .bpcli .bad { color: var(--bad); } .bpcli .warn { color: var(--warn); }
@media (max-width: 40rem) {
  .bpcli .body { padding-left: 0; }
  .bpcli .number { min-width: 0; }
  .bpcli .givens { gap: 0.4em 1.6em; }
  .bpcli :is(th, td) { padding-right: 1em; }
}
"""

_PAGE = """\
:root { color-scheme: light dark; --ink: #22252b; --paper: #fdfcfa; --accent: #1f5a8c; --good: #1d6f42; --bad: #b3261e;
  --warn: #8a5a00; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e2dd; --paper: #16181c; --accent: #8fbbe0; --good: #7fc79b;
  --bad: #f0968f; --warn: #e0b866; } }
html { background: var(--paper); color: var(--ink); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body { margin: 0; font: 1.0625rem/1.5 "Iowan Old Style", Charter, "Bitstream Charter", "Palatino Linotype", Palatino,
  "URW Palladio L", P052, "Source Serif 4", Cambria, Georgia, serif; }
main { max-width: 50rem; margin: 0 auto; padding: 3rem clamp(1rem, 5vw, 2.5rem) 4rem; }
.bpcli .step:target { scroll-margin-top: 1.5em; }
.bpcli .step:target .number { text-decoration: underline; text-underline-offset: 0.25em; }
@page { margin: 18mm 17mm; }
@media print {
  :root { --ink: #000; --paper: #fff; --accent: #1f4e79; --good: #1d6f42; --bad: #b3261e; --warn: #8a5a00; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  .bpcli details::details-content { content-visibility: visible; block-size: auto; }
  .bpcli summary::after { content: none !important; }
  .bpcli :is(h1, h2, h3, summary, .why) { break-after: avoid; }
  .bpcli :is(.equation, tr, .note, .givens > div) { break-inside: avoid; }
  .bpcli .equation, .bpcli .wide, .bpcli .givens > div { overflow: visible; }
}
"""

_FRAGMENT = """\
.bpcli { --accent: light-dark(#1f5a8c, #8fbbe0); --good: light-dark(#1d6f42, #7fc79b);
  --bad: light-dark(#b3261e, #f0968f); --warn: light-dark(#8a5a00, #e0b866); max-width: 50rem; }
"""

PAGE_STYLE = _PAGE + _COMMON
FRAGMENT_STYLE = _FRAGMENT + _COMMON
