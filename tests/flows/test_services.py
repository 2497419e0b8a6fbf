"""The models that methods share."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from spanferry.data import backends
from spanferry.flows.backends import method_for
from spanferry.flows.config import settings_class
from spanferry.flows.method_settings import method_settings
from spanferry.flows.services import MethodServices, Models
from spanferry.flows.units import settings_that_matter
from spanferry.projection.alignment import AlignmentProjection
from spanferry.projection.ranking import Links
from spanferry.translators import TRANSLATORS


def _alignment(models: Models, links: Links, target: str) -> AlignmentProjection:
    """What a method gets that asks for candidates near the links."""

    def make(settings: Any, services: MethodServices) -> Any:
        return method_for(settings, links, models, services.source, services.target)

    settings = method_settings("alignment")()
    return MethodServices(settings, "en", target, models, make).alignment()


def test_links_of_each_kind_have_their_weights() -> None:
    models = Models(settings_class("translators", "embedded")())
    one, other = _alignment(models, "any", "es"), _alignment(models, "embedded", "es")
    assert one.info.revision != other.info.revision
    assert _alignment(models, "any", "pt") is one


@pytest.mark.parametrize(
    ("section", "key", "other", "matters"),
    [
        ("server", "timeout", 9, False),
        ("server", "concurrency", 2, False),
        ("server", "temperature", 0.5, True),
        ("encoder", "threads", 3, False),
        ("encoder", "layer", 3, True),
        ("candidates", "batch_tokens", 64, False),
        ("candidates", "beam_size", 3, True),
        ("scorer", "inter_threads", 3, False),
    ],
)
def test_settings_of_models_that_change_nothing(
    section: str, key: str, other: Any, matters: bool
) -> None:
    """A build keeps its spans when they change, also in a method inside another."""
    name = {"server": "translate_match", "encoder": "embedding"}.get(section, "tprojection")
    model: dict[str, Any] = {"model": "a/b"}
    if section == "scorer":
        model["backend"] = "ctranslate2"

    def marks(**more: Any) -> Any:
        member = {"method": name, section: {**model, **more}}
        return settings_that_matter(method_settings("fallback").model_validate(
            {"methods": [member, "alignment"]}
        ))  # fmt: skip

    assert (marks() != marks(**{key: other})) is matters


def test_a_build_that_is_locked_while_it_asks_for_a_model() -> None:
    """The build holds its lock and asks for a model, while a method asks for its translator."""
    lock, asked, holding = threading.Lock(), threading.Event(), threading.Event()

    def own(target: str) -> Any:
        asked.set()
        assert holding.wait(10)
        with lock:
            return made(settings, source_language="en", target_language=target)

    settings = settings_class("translators", "embedded")()
    made = backends.load("translators", "embedded", TRANSLATORS)
    models = Models(settings, own)

    def build() -> None:
        with lock:
            holding.set()
            assert asked.wait(10)
            models.once(("a model",), object)

    threads = [
        threading.Thread(target=build, daemon=True),
        threading.Thread(target=models.translator, args=(None, "en", "pt"), daemon=True),
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert not any(thread.is_alive() for thread in threads)
