"""The method `fallback`: a list of methods; what one cannot place, the next one tries.

    project: {method: [markers, constrained, alignment]}

stands for it. Spans that a method has placed keep their places: those after it keep apart from
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict

from spanferry.data.backends import BackendInfo
from spanferry.data.nested import ComposedSettings
from spanferry.data.records import MissingSpan, ProjectedSpan
from spanferry.projection.base import Projection, ProjectionInput
from spanferry.projection.pieces import is_unchanged, open_spans
from spanferry.projection.placed import taken
from spanferry.projection.services import Models, Services


class FallbackSettings(ComposedSettings):
    """Settings of the method `fallback`: `methods`, a list of methods with their settings."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class FallbackMethod:
    """Several methods, one after the other, each for the spans that those before it missed.

    A projected span names the method that placed it. One that nobody placed has the reason of the
    last method that was asked.

    Args:
        settings: with the field `methods`.
        services: makes the methods.
    """

    NAME: ClassVar[str] = "fallback"
    CODE_VERSION: ClassVar[str] = "1"
    MODELS: ClassVar[Models] = {}
    REASONS: ClassVar[Mapping[str, str]] = {
        "claimed": "its place overlaps that of a span that another method placed before",
    }
    #: Its settings hold those of other methods.
    MEMBERS: ClassVar[str] = "the methods, the first one first, with their settings"
    Settings: ClassVar[type[BaseModel]] = FallbackSettings
    REQUIRES: ClassVar[tuple[str, ...]] = ()

    def __init__(self, settings: Any, services: Services) -> None:
        self.settings = settings
        *before, last = settings.methods
        self._members = [services.method(_whole(member)) for member in before]
        self._members.append(services.method(last))

    @property
    def info(self) -> BackendInfo:
        """The revisions and licences of its methods."""
        found = [member.info for member in self._members]
        return BackendInfo(
            name=self.NAME,
            revision=" > ".join(f"{each.name} {each.revision}" for each in found)
            + f" > {self.CODE_VERSION}",
            licence=" + ".join(f"{each.name}: {each.licence}" for each in found),
            source=" + ".join(f"{each.name}: {each.source}" for each in found),
        )

    def setup(self) -> None:
        """Set the methods up.

        Raises:
            ConfigError, MissingExtraError: see the methods.
        """
        for member in self._members:
            member.setup()

    def project(self, items: Sequence[ProjectionInput]) -> list[Projection]:
        """See `ProjectionMethod.project`."""
        current = list(items)
        missing: list[dict[str, MissingSpan]] = [{} for _ in items]
        for member in self._members:
            todo = [k for k, item in enumerate(current) if open_spans(item)]
            for k, found in zip(todo, member.project([current[k] for k in todo]), strict=True):
                missing[k] = {span.source_span: span for span in found.missing}
                for span in found.spans:
                    if _is_taken(current[k], span):
                        missing[k][span.source_span] = MissingSpan(span.source_span, "claimed")
                    else:
                        placed = (*current[k].placed, span)
                        current[k] = replace(current[k], placed=placed)
        return [
            _result(before, after, lost)
            for before, after, lost in zip(items, current, missing, strict=True)
        ]


def _whole(settings: Any) -> Any:
    """The settings of a method that is not the last one: it leaves spans that it would place only
    in part to those after it, unless the user wants it otherwise."""
    if getattr(settings, "partial", True) is None:
        return settings.model_copy(update={"partial": False})
    return settings


def _is_taken(item: ProjectionInput, found: ProjectedSpan) -> bool:
    """Whether a span of a method that does not keep apart lies where another one is."""
    if is_unchanged(item):  # all keep their places; two parts of a word may both be that word
        return False
    source = next(span for span in item.spans if span.id == found.source_span)
    return any(
        start < last and first < end
        for first, last in taken(item, source)
        for start, end in found.ranges()
    )


def _result(
    before: ProjectionInput, after: ProjectionInput, lost: Mapping[str, MissingSpan]
) -> Projection:
    """What was placed, in the order of the source spans."""
    found = {span.source_span: span for span in after.placed[len(before.placed) :]}
    order = [span.id for span in open_spans(before)]
    return Projection(
        tuple(found[id] for id in order if id in found),
        tuple(lost[id] for id in order if id not in found),
    )
