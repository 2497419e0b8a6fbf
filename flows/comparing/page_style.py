"""Looks of the page: light and dark, narrow and wide, and in print without colours.

A method has a colour, a line and a letter, so that it is known by any of the three.
"""

from __future__ import annotations

from spanferry.aligners.pictures.palette import LABELS

#: Underlines in turn; with as many colours they repeat after 32 methods.
_LINES = ("solid", "dashed", "dotted", "double")
#: Height of an underline with the gap above it, in pixels.
LANE = 5

_STYLE = """
:root { color-scheme: light dark; --text: #1c2430; --faint: #5d6876; --ground: #ffffff;
  --soft: #f3f5f8; --line: #dfe4ea; --gold: #ffe9a8; --right: #006b4f; --wrong: #b3400a;
  --source: #dbe7f7; }
@media (prefers-color-scheme: dark) { :root { --text: #e6eaf0; --faint: #97a2b0;
  --ground: #12161c; --soft: #191f27; --line: #2c3540; --gold: #5c4a12; --right: #5fd0a8;
  --wrong: #ff8f4a; --source: #22354f; } }
* { box-sizing: border-box; }
body { font: 15px/1.5 'DejaVu Sans', 'Noto Sans', 'Segoe UI', Arial, sans-serif; margin: 0 auto;
  max-width: 76em; padding: 1em; color: var(--text); background: var(--ground); }
h1 { font-size: 1.4em; } h2 { font-size: 1.15em; margin: 2em 0 .4em; }
p { margin: .4em 0; } .faint, caption { color: var(--faint); font-size: .92em; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
table.figures th, table.figures td { padding: .15em .8em; text-align: right; }
table.figures tbody th { text-align: left; font-weight: normal; white-space: nowrap;
  position: sticky; left: 0; background: var(--ground); padding-left: 1.4em; }
table.figures thead th { vertical-align: bottom; max-width: 14em; overflow-wrap: break-word;
  border-bottom: 2px solid var(--line); }
table.figures tr.section th { color: var(--faint); padding: .6em 0 .15em; font-size: .92em; }
table.figures td { white-space: nowrap; } td.best { font-weight: bold; }
table.choice td:last-child { color: var(--faint); }
.chip { display: inline-block; min-width: 1.7em; padding: 0 .3em; text-align: center;
  font-weight: bold; font-size: .85em; border: 1px solid var(--line);
  border-radius: .3em .3em 0 0; }
.legend { display: flex; flex-wrap: wrap; gap: .3em 1.4em; padding: 0; margin: .6em 0;
  list-style: none; }
.controls { position: sticky; top: 0; z-index: 2; background: var(--ground); padding: .6em 0;
  border-bottom: 2px solid var(--line); display: flex; flex-wrap: wrap; gap: .4em .9em;
  align-items: end; }
.controls label { display: flex; flex-direction: column; font-size: .8em; color: var(--faint); }
.controls select, .controls input { font: inherit; font-size: 1.1em; max-width: 15em;
  height: 1.9em; padding: .15em .3em; color: var(--text); background: var(--ground);
  border: 1px solid var(--faint); border-radius: .3em; }
.controls button { font: inherit; font-size: .9em; padding: .2em .8em; }
article { border-bottom: 1px solid var(--line); padding: .9em 0; }
article[hidden] { display: none; }
.where { color: var(--faint); font-size: .85em; overflow-wrap: anywhere; }
.where b { color: var(--text); }
.text { margin: .25em 0; overflow-wrap: anywhere; white-space: pre-wrap; }
.target { margin-top: .5em; }
.source mark, .gold { border-radius: .2em; print-color-adjust: exact;
  -webkit-print-color-adjust: exact; color: inherit; font-weight: bold; }
.source mark { background: var(--source); } .gold { background: var(--gold); }
.text u { text-decoration: none; }
.outcomes { display: grid; grid-template-columns: 1.6em fit-content(60%) 1fr; gap: .15em .8em;
  align-items: baseline; margin-top: .35em; }
.outcomes > div { display: contents; } .outcomes bdi { overflow-wrap: anywhere; }
.sign { font-weight: bold; text-align: center; }
.one { white-space: nowrap; margin-right: .7em; display: inline-block; }
.right .sign { color: var(--right); } .wrong .sign { color: var(--wrong); }
.none { color: var(--faint); }
details { margin: .8em 0; } summary { cursor: pointer; }
@media (max-width: 700px) {
  body { font-size: 14px; padding: .6em; } .controls { position: static; }
  .controls label { flex: 1 1 40%; }
  .controls select, .controls input { width: 100%; max-width: none; }
  table.figures th, table.figures td { padding: .15em .5em; }
  table.figures tbody th { white-space: normal; min-width: 9em; padding-left: .4em; }
  table.figures thead th .name { display: none; }
  .outcomes { grid-template-columns: 1.6em 1fr; } .outcomes .who { grid-column: 2; } }
@media print { .controls, summary { display: none; } article { break-inside: avoid; }
  body { max-width: none; } }
"""


def style_sheet(methods: int) -> str:
    """The text of the `style` element for so many methods.

    `m3` is the colour and line of the fourth method, `l1` the second place for a line below a text;
    lines of text without underlines stay as narrow as they are elsewhere.
    """
    rules = []
    for number in range(methods):
        colour = LABELS[number % len(LABELS)]
        line = _LINES[(number + number // len(LABELS)) % len(_LINES)]
        width = 4 if line == "double" else 3
        rules.append(f".m{number} {{ border-bottom: {width}px {line} {colour}; }}")
        below = number * LANE
        rules.append(
            f"u.l{number} {{ padding-bottom: {below}px; "
            f"line-height: calc(1.4em + {2 * (below + LANE)}px); }}"
        )
    return _STYLE + "\n".join(rules) + "\n"
