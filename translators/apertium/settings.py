"""Settings of the backend `apertium`."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from spanferry.data.sentences import Newlines


class ApertiumTranslatorSettings(BaseModel):
    """Settings of the backend `apertium`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mode: str | None = Field(
        None,
        description="Apertium's name of the direction, variants included (eng-spa, "
        "eng-cat_valencia; `apertium -l` lists them); found from the languages if unset",
    )
    data_path: str | None = Field(
        None,
        description="folder that holds `modes/`, as `apertium -d` takes it; unset: "
        "$APERTIUM_DATADIR, or where the system keeps it",
    )
    processes: Annotated[int, Field(ge=1)] | Literal["auto"] = Field(
        "auto", description="engines that run at the same time; auto: one for each processor"
    )
    links: bool = Field(
        True, description="links between words, as the engine's own rules moved them"
    )
    max_unknown: float = Field(
        1.0,
        ge=0.0,
        le=1.0,
        description="a sentence with a larger share of words that the dictionary lacks gets the "
        "reason unknown_words; such words stay as they are, so 1 keeps every sentence",
    )
    timeout: float = Field(
        60.0, gt=0, description="seconds after which an engine that gives nothing is ended"
    )
    newlines: Newlines = Field(
        "line",
        description="what ends a sentence besides punctuation: every line break (line), or only "
        "a blank line (paragraph, for hard-wrapped text)",
    )
