"""Settings of the method `markers`, and why it leaves spans out."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from spanferry.data.markers.forms import FormName, Template
from spanferry.data.markers.pairing import REASONS as LOST
from spanferry.projection.methods.proposals import REASONS as COMMON
from spanferry.projection.methods.proposals import ProposalSettings

REASONS: dict[str, str] = {
    **COMMON,
    **LOST,
    "not_marked": "the translation is that of a marked text, and the span's marks are not in it",
    "markers_in_text": "the text holds what looks like marks, in every form",
    "not_translated": "the translator gave nothing for the marked text",
    "not_carried": "the marked phrase has no counterpart in the given translation",
}


class MarkersSettings(ProposalSettings):
    """Settings of the method `markers`."""

    form: FormName | Template = Field(
        "tags",
        description="how spans are marked: brackets [...], xml <a>...</a>, tags <s1>...</s1>, "
        "numbered [1] ... [/1], or {open: ..., close: ...} with {a} for a letter or {1} for a "
        "number that tells the spans apart; a text that holds such signs itself gets another form",
    )
    marks: Literal["auto", "given", "own"] = Field(
        "auto",
        description="given: only the marks that came with the translation (translate: {backend: "
        "marked}); own: translate the marked text anew, and carry its phrases over to the "
        "translation; auto: given where the translator of the build is marked, else own",
    )
    marks_at_once: int = Field(
        26,
        ge=1,
        description="spans marked in one text; with more, or where brackets would cross, it is "
        "translated several times",
    )
