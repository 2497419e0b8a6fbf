"""Translation there and back: what comes of the way back, and what of its failures."""

from __future__ import annotations

from typing import Any

import pytest

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import TranslatedRecord, Usage
from spanferry.translators.round_trip import RoundTripTranslator, RoundTripTranslatorSettings
from tests.translators.dictionary import PLACE

THERE = {"The": "El", "cat": "gato", "sleeps": "duerme", "far": "lost"}
BACK = {"El": "The", "gato": "tomcat", "duerme": "sleeps"}


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSLATORS, "dictionary", PLACE)


def translate(text: str, **more: Any) -> TranslatedRecord:
    settings = RoundTripTranslatorSettings(
        forward={"backend": "dictionary", "words": THERE, "score": -0.5},
        backward={"backend": "dictionary", "words": BACK, "score": -9},
    )
    made = RoundTripTranslator(settings, source_language="en", target_language="es")
    record = Record("1", text, **more)
    (done,) = made.translate_records([record], [0], "train")
    return done


def test_the_translation_is_that_of_the_way_there() -> None:
    done = translate("The cat sleeps.\n\nThe cat.", side_texts={"question": "The cat?"})
    assert done.text.text == "El gato duerme.\n\nEl gato."
    assert done.text.back == "The tomcat sleeps.\n\nThe tomcat."
    assert done.text.score == pytest.approx(-0.5)
    assert done.text.usage == Usage(10, 4)
    assert done.text.links is not None
    assert len(done.segments) == 2
    assert (done.side_texts["question"].text, done.side_texts["question"].back) == (
        "El gato?",
        None,
    )


def test_a_failure_on_the_way_back_leaves_the_translation() -> None:
    text = translate("It is far.").text
    assert (text.text, text.error, text.back) == ("It is lost.", None, None)
    assert text.usage == Usage(6, 2)


def test_a_failure_on_the_way_there_spares_the_way_back() -> None:
    text = translate("It is lost.").text
    assert (text.text, text.error, text.back) == (None, "too_hard", None)
    assert text.usage == Usage(3, 1)
    text = translate("The cat.", side_texts={"question": "lost?"}).text
    assert (text.text, text.back) == ("El gato.", None)


def test_what_is_copied_comes_back_as_it_was() -> None:
    assert translate("12 - 34").text.back == "12 - 34"


def test_the_same_backend_goes_back_by_default() -> None:
    made = RoundTripTranslator(
        RoundTripTranslatorSettings(), source_language="en", target_language="pt"
    )
    made.setup()
    (done,) = made.translate_texts(["The garden is open on Sundays."])
    assert done.back is not None
    assert "garden" in done.back
    assert done.text != done.back
    assert (made.info.name, "enpt" in made.info.revision, "pten" in made.info.revision) == (
        "round_trip", True, True,
    )  # fmt: skip


def test_a_way_through_another_language_and_back() -> None:
    through = {"backend": "pivot", "via": "pt"}
    settings = RoundTripTranslatorSettings.model_validate(
        {"forward": through, "backward": {"backend": "dictionary"}}
    )
    made = RoundTripTranslator(settings, source_language="en", target_language="en")
    (done,) = made.translate_texts(["The garden is open."])
    assert done.text is not None
    assert done.back == done.text


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"forward": {"backend": "embedded"}},
            "translate.forward: translator 'embedded' cannot translate en to es; "
            "it can do: en to pt, pt to en",
        ),
        (
            {"forward": {"backend": "parallel", "column": "es"}},
            "translate.backward: the backend 'parallel' looks translations up by record and "
            "cannot translate any other text",
        ),
    ],
)
def test_what_cannot_go_back_is_refused(values: dict[str, Any], message: str) -> None:
    settings = RoundTripTranslatorSettings.model_validate(values)
    with pytest.raises(ConfigError) as error:
        RoundTripTranslator(settings, source_language="en", target_language="es")
    assert str(error.value) == message
