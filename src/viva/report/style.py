"""The style sheet of a report: read on a screen, and printed on A4 in black and white or colour."""

CSS = """
:root { color-scheme: light; --ink: #1b1f24; --muted: #59616b; --rule: #c8cdd3; --wash: #f4f5f7; --accent: #1f4e79; }
* { box-sizing: border-box; }
html { background: #fff; color: var(--ink); }
body { margin: 0 auto; max-width: 52rem; padding: 2.5rem 1.5rem 4rem;
  font: 1rem/1.55 "Source Serif 4", "Charter", "Noto Serif", "DejaVu Serif", Georgia, serif; }
h1, h2, h3, th, figcaption, caption, nav, dl, .note, .missing, summary, footer {
  font-family: "Source Sans 3", "Noto Sans", "Liberation Sans", "DejaVu Sans", Arial, sans-serif; }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; overflow-wrap: anywhere; }
.subtitle { color: var(--muted); margin: 0 0 1.6rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; line-height: 1.3; margin: 2.6rem 0 .7rem; padding-top: .7rem;
  border-top: 2px solid var(--ink); }
p { margin: 0 0 .8rem; overflow-wrap: anywhere; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1.4rem; margin: 0 0 1.6rem; font-size: .9rem; }
dt { color: var(--muted); } dd { margin: 0; overflow-wrap: anywhere; }
nav { font-size: .9rem; background: var(--wash); padding: .8rem 1.1rem; }
nav ol { margin: 0; padding-left: 1.3rem; columns: 2; column-gap: 2rem; } nav a { color: var(--accent); }
.table { overflow-x: auto; margin: 1.1rem 0 .3rem; }
table { border-collapse: collapse; width: 100%; font-size: .86rem; line-height: 1.4;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; padding: 0 0 .4rem; }
th { font-weight: 600; font-size: .8rem; color: var(--muted); border-bottom: 1px solid var(--ink);
  white-space: nowrap; }
th, td { padding: .26rem .9rem .26rem 0; text-align: left; vertical-align: top; }
th:last-child, td:last-child { padding-right: 0; }
td { border-bottom: 1px solid var(--rule); overflow-wrap: break-word; max-width: 20rem; }
td:first-child { min-width: 8.5rem; }
table.wide { font-size: .76rem; } table.wide th { font-size: .72rem; }
table.wide th, table.wide td { padding-right: .5rem; min-width: 0; } table.wide td:first-child { min-width: 7.5rem; }
td.same { color: transparent; border-bottom-color: var(--rule); }
th.number, td.number { text-align: right; white-space: nowrap; overflow-wrap: normal; }
tbody tr:last-child td { border-bottom-color: var(--ink); }
figure { margin: 1.4rem 0 .3rem; } figure svg { display: block; width: 100%; height: auto; max-width: 46rem; }
figcaption { font-size: .86rem; color: var(--muted); margin-top: .35rem; }
figcaption b, caption b { color: var(--ink); }
details { margin: 0 0 1.2rem; font-size: .82rem; } summary { color: var(--muted); cursor: pointer; width: max-content; }
details > .table { margin-top: .5rem; }
pre { background: var(--wash); padding: .7rem .9rem; margin: .4rem 0; white-space: pre-wrap; overflow-wrap: anywhere;
  font: .8rem/1.45 "DejaVu Sans Mono", "Liberation Mono", monospace; }
.missing { color: var(--muted); font-style: italic; }
.note { font-size: .86rem; color: var(--muted); border-left: 3px solid var(--rule); padding-left: .8rem; }
footer { margin-top: 3rem; font-size: .8rem; color: var(--muted); border-top: 1px solid var(--rule);
  padding-top: .6rem; }
@page { size: A4; margin: 18mm 17mm; }
@media print {
  td:first-child { min-width: 30mm; } td { max-width: 45mm; } table { font-size: 8pt; } table.wide { font-size: 7pt; }
  table.wide th { font-size: 6.5pt; white-space: normal; } table.wide th, table.wide td { padding-right: 1.6mm; }
  body { max-width: none; padding: 0; font-size: 10pt; } nav { display: none; } h2 + p { break-after: avoid; }
  h2 { break-after: avoid; margin-top: 1.6rem; }
  figure, tr, pre { break-inside: avoid; } thead { display: table-header-group; } .table { overflow: visible; }
  a { color: inherit; text-decoration: none; } details:not([open]) { display: none; }
}
"""
