"""How many items survive translation, kind by kind: the bare engine, and with `keep_items` on top.

    python -m tests.translators.keep_table [--show]

Whether an item survives is told here by rules of its own, not by those of `keep_check`.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from spanferry.translators.base import Translation
from spanferry.translators.keep import Step, keep_items

CASES = Path(__file__).parent / "cases" / "keep.jsonl"
NUMBERS = frozenset({"number", "unit", "money", "date and time"})
Run = Callable[[Sequence[str]], list[Translation]]


class Case(NamedTuple):
    """A text, and what of it has to be in its translation ("35 kg": digits and unit)."""

    kind: str
    text: str
    items: list[str]


def read_cases() -> list[Case]:
    with CASES.open(encoding="utf-8") as lines:
        return [Case(**json.loads(line)) for line in lines]


def survivors(case: Case, output: str) -> list[bool]:
    """Whether each item of a case is in a translation, and in the place that it needs."""
    if case.kind in NUMBERS:
        return [_has_number(item, output) for item in case.items]
    whole = _is_well_formed(case, output)
    return [whole and output.count(item) == case.text.count(item) for item in case.items]


def _has_number(item: str, output: str) -> bool:
    digits, _, unit = item.partition(" ")
    plain = "".join(str(unicodedata.decimal(c, c)) for c in output)
    for sign in (r"[.,:'’/\u00a0\u202f-]", " ", " ?h ?"):
        plain = re.sub(rf"(?<=\d){sign}(?=\d)", "", plain)
        if re.search(rf"{digits}\s?-?{re.escape(unit)}" if unit else digits, plain):
            return True
        if unit in ("$", "€", "£") and re.search(rf"{re.escape(unit)}\s?{digits}", plain):
            return True
    return False


def _is_well_formed(case: Case, output: str) -> bool:
    """Tags must be XML still, emphasis must touch its words, links must have a text."""
    if "</" in case.text:
        # entities and placeholders are no part of it
        text = re.sub(r"&|<NAME>", "", output)
        try:
            tree = ElementTree.fromstring(f"<all>{text}</all>")
        except ElementTree.ParseError:
            return False
        return all("".join(element.itertext()).strip() for element in tree.iter())
    for marker in ("**", "~~", "*", "_"):
        if marker in case.items:
            sign = re.escape(marker)
            pair = rf"(?<![\w*]){sign}(?=[^\s*_]).*?(?<=[^\s*_]){sign}(?![\w*])"
            if len(re.findall(pair, output)) != len(re.findall(pair, case.text)):
                return False
    if any(item.startswith("](") for item in case.items):
        return re.search(r"!?\[[^\[\]]*\w[^\[\]]*\]\([^()\s]+\)", output) is not None
    for start in ("# ", "- ", "> ", "1. "):
        if start in case.items and not output.startswith(start):
            return False
    if "|" in case.items:
        return all(cell.strip() for cell in output.strip().strip("|").split("|"))
    return True


def embedded() -> tuple[Run, Callable[[str], bool]]:
    """The embedded engine, English to Portuguese, without its own protection."""
    from spanferry.translators.embedded import EmbeddedTranslator

    engine = EmbeddedTranslator(source_language="en", target_language="pt")
    engine.setup()
    assert engine._vocabulary is not None
    return engine._translate, engine._vocabulary.knows


def shipped() -> tuple[Run, Callable[[str], bool] | None]:
    """The model of English to Portuguese that comes along, without its protection."""
    from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
    from spanferry.translators.ct2.translator import CTranslate2Translator
    from spanferry.translators.ct2.vocabulary import characters, read

    made = CTranslate2Translator(
        CTranslate2TranslatorSettings(device="cpu", keep_items=False),
        source_language="en",
        target_language="pt",
    )
    known = characters(read(Path(str(made.settings.model))))
    return made.translate, None if known is None else known.__contains__


def apertium() -> Run:
    """Apertium, English to Spanish, with links."""
    from spanferry.translators.apertium.engine import Engine
    from spanferry.translators.apertium.modes import folder, load

    engine = Engine(load(folder(None), "eng-spa"), links=True, timeout=60)

    def run(texts: Sequence[str]) -> list[Translation]:
        results = engine.translate(texts)
        return [Translation(r.text, links=r.links) if r else Translation(None) for r in results]

    return run


def measure(
    run: Run, expressible: Callable[[str], bool] | None
) -> tuple[list[str], list[str], dict[int, Step]]:
    """The translations of all cases by the bare engine and with `keep_items`, and the steps."""
    texts = [case.text for case in read_cases()]
    steps: dict[int, Step] = {}
    kept = keep_items(texts, run, expressible=expressible, tell=steps.__setitem__)
    return [t.text or "" for t in run(texts)], [t.text or "" for t in kept], steps


def table(rows: dict[str, tuple[list[str], list[str]]]) -> str:
    """A Markdown table: items that survive, by kind, for each engine before and after."""
    cases = read_cases()
    counts: dict[str, Counter[str]] = {}
    for name, outputs in rows.items():
        for when, texts in zip(("bare", "kept"), outputs, strict=True):
            for case, output in zip(cases, texts, strict=True):
                for kind in (case.kind, "**all**"):
                    counts.setdefault(kind, Counter())
                    counts[kind][f"{name} {when}"] += sum(survivors(case, output))
    totals = Counter[str]()
    for case in cases:
        totals[case.kind] += len(case.items)
        totals["**all**"] += len(case.items)
    columns = [f"{name} {when}" for name in rows for when in ("bare", "kept")]
    lines = [f"| kind | items | {' | '.join(columns)} |", "|---|---|" + "---|" * len(columns)]
    for kind in [*(k for k in totals if k != "**all**"), "**all**"]:
        cells = (f"{100 * counts[kind][column] / totals[kind]:.0f} %" for column in columns)
        lines.append(f"| {kind} | {totals[kind]} | {' | '.join(cells)} |")
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", action="store_true", help="print every translation")
    show = parser.parse_args().show
    run, knows = embedded()
    engines: dict[str, tuple[Run, Callable[[str], bool] | None]] = {
        "embedded": (run, knows),
        "ctranslate2": shipped(),
    }
    if shutil.which("apertium"):
        engines["apertium"] = (apertium(), None)
    rows = {}
    for name, (engine, known) in engines.items():
        bare, kept, steps = measure(engine, known)
        rows[name] = (bare, kept)
        print(name, dict(Counter(step.value for step in steps.values())))
        for number, case in enumerate(read_cases() if show else ()):
            step = steps.get(number)
            print(f"  {case.text}\n    bare  {bare[number]}\n    kept  {kept[number]}")
            print(f"    {step.value if step else 'no items'}", survivors(case, kept[number]))
    print(table(rows))


if __name__ == "__main__":
    main()
