"""The card of a student: `README.md` of its folder, with the metadata that the Hub reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from spanferry.data.languages import base, name
from spanferry.flows.distilling import card_body as body
from spanferry.flows.distilling.report import DistilReport

TAGS = ["spanferry", "translation", "knowledge-distillation", "marian"]
LIMITS = """\
The student learnt from what its teacher said and from nothing else: it can be no better than the
teacher, has its faults, and adds its own. Figures above say how near it comes to the teacher, not
how good its translations are: nobody has looked at them. Texts of other kinds than those that it
learnt from, names and rare words, and long sentences come out worse. A word of gender, number or
politeness that the source does not tell is a guess."""


def model_card(report: DistilReport) -> str:
    """The text of README.md; the same report gives the same text."""
    parts = [
        f"---\n{_metadata(report)}\n---",
        f"# {_title(report)}",
        body.about(report),
        "## Use",
        body.use(report),
        "## Licence",
        body.licence(report),
        "## Teacher",
        body.teacher(report),
        "## Data",
        body.data(report),
        "## Student",
        body.student(report),
        "## Figures",
        body.figures(report),
        "## Samples",
        body.samples(report.figures),
        "## Limits",
        LIMITS,
    ]
    return "\n\n".join(parts) + "\n"


def _metadata(report: DistilReport) -> str:
    from huggingface_hub import ModelCardData

    codes = [report.source, report.target]
    extra: dict[str, Any] = {}
    hub = _of_the_hub(report.ingredients)
    if hub:
        extra["datasets"] = hub
    if any(base(code) != code for code in codes):
        extra["language_bcp47"] = codes
    data = ModelCardData(
        language=list(dict.fromkeys(map(base, codes))),
        license=(report.licence or "unknown").lower(),
        library_name="ctranslate2",
        pipeline_tag="translation",
        tags=TAGS,
        **extra,
    )
    return str(data.to_yaml()).strip()


def _of_the_hub(ingredients: Mapping[str, str]) -> list[str]:
    """Data sets of the Hub among the texts: read by `datasets`, and no local file."""
    found: dict[str, None] = {}
    for key, value in ingredients.items():
        number = re.fullmatch(r"texts\.(\d+)\.path", key)
        if number and ingredients.get(f"texts.{number[1]}.reader") == '"datasets"':
            local = any(k.startswith(f"contents of texts.{number[1]}:") for k in ingredients)
            place = json.loads(value)
            if not local and isinstance(place, str):
                found[place] = None
    return list(found)


def _title(report: DistilReport) -> str:
    return f"{name(report.source)} to {name(report.target)}, a student"
