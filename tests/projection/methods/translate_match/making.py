"""The method over real models, as `flows` makes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from spanferry.flows.config import settings_class
from spanferry.flows.services import MethodServices, Models
from spanferry.projection.base import ProjectionInput
from spanferry.projection.methods.translate_match import TranslateMatch, TranslateMatchSettings
from spanferry.translators.openai_server.prompt_client import PromptSettings


@dataclass(frozen=True)
class Made:
    """The method, and what its models counted."""

    method: TranslateMatch
    services: MethodServices

    @property
    def counts(self) -> dict[str, int]:
        return self.services.calls.counts()

    def found(self, item: ProjectionInput) -> dict[str, str]:
        """The texts of the projected spans by source span, `-reason` for a missing one."""
        (projection,) = self.method.project([item])
        result = {m.source_span: f"-{m.reason}" for m in projection.missing}
        for span in projection.spans:
            result[span.source_span] = "…".join(
                item.translation[start:end] for start, end in span.ranges()
            )
        return result


class Sections(TranslateMatchSettings):
    """The settings with the sections for models, as `flows` adds them."""

    translator: BaseModel | None = None
    server: PromptSettings | None = None


def make(
    *, target: str = "pt", backend: str = "embedded", models: Models | None = None, **given: Any
) -> Made:
    """The method from English, set up; `backend` translates where `translator` is not given."""
    settings = Sections.model_validate({"lemmas": "none", "min_confidence": 0, **given})
    models = models or Models(settings_class("translators", backend)())
    services = MethodServices(settings, "en", target, models, lambda *_: None)  # type: ignore[arg-type]
    method = TranslateMatch(settings, services)
    method.setup()
    return Made(method, services)
