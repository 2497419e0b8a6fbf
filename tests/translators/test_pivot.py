"""Translation through a third language: what is added up, what is joined, what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record, Span
from spanferry.translators import TRANSLATORS
from spanferry.translators.base import Translator, Usage
from spanferry.translators.pivot import PivotTranslator, PivotTranslatorSettings
from tests.translators.dictionary import PLACE

ES = {"The": "El", "cat": "gato", "sleeps": "duerme", "nothing": " "}
GL = {"El": "O", "gato": "gatiño", "duerme": "dorme"}


@pytest.fixture(autouse=True)
def _dictionary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(TRANSLATORS, "dictionary", PLACE)


def pivot(
    first: dict[str, Any] | None = None, second: dict[str, Any] | None = None, target: str = "gl"
) -> PivotTranslator:
    settings = PivotTranslatorSettings(
        via="es",
        first={"backend": "dictionary", "words": ES, **(first or {})},
        second={"backend": "dictionary", "words": GL, **(second or {})},
    )
    return PivotTranslator(settings, source_language="en", target_language=target)


def one(translator: Translator, text: str, **more: Any) -> Any:
    (done,) = translator.translate_records([Record("1", text, **more)], [0], "train")
    return done


def test_scores_and_usage_add_up_and_links_meet_in_the_pivot_text() -> None:
    made = pivot({"score": -0.5, "confidence": 0.5}, {"score": -0.25, "confidence": 0.5})
    assert isinstance(made, Translator)
    text = "The cat sleeps. The cat."
    done = one(made, text, spans=(Span(4, 7, "PET", "s0"),), side_texts={"question": "cat?"})
    assert done.text.text == "O gatiño dorme. O gatiño."
    assert done.text.score == pytest.approx(-0.75)
    assert done.text.usage == Usage(10, 4)
    linked = [(text[a:b], done.text.text[c:d], p) for a, b, c, d, p in done.text.links]
    assert linked == [
        ("The", "O", 0.25),
        ("cat", "gatiño", 0.25),
        ("sleeps", "dorme", 0.25),
        ("The", "O", 0.25),
        ("cat", "gatiño", 0.25),
    ]
    assert done.segments == ((0, 15, 0, 15), (16, 24, 16, 25))
    assert done.side_texts["question"].text == "gatiño?"
    (other,) = done.text.alternatives  # the second leg's, to the same pivot text
    assert (other.text, other.score) == ("O GATIÑO DORME. O GATIÑO.", pytest.approx(-1.75))


def test_what_one_leg_does_not_tell_the_whole_does_not() -> None:
    done = one(pivot({"links": False}, {"score": -1.0}), "The cat.")
    assert (done.text.text, done.text.links, done.text.score) == ("O gatiño.", None, None)


@pytest.mark.parametrize(
    ("first", "second", "text", "reason", "usage"),
    [
        ({}, {}, "It is lost.", "too_hard", Usage(3, 1)),
        ({}, {"words": {}}, "The cat.", None, Usage(4, 2)),
        ({"words": {"far": "lost"}}, {}, "It is far.", "too_hard", Usage(6, 2)),
        ({"words": {"so": "no " * 9}}, {}, "so", "repetition", Usage(1, 1)),
        ({"words": {"dust": " "}}, {}, "dust", "empty_translation", Usage(1, 1)),
    ],
)
def test_the_reason_is_that_of_the_leg_that_failed(
    first: Any, second: Any, text: str, reason: str | None, usage: Usage
) -> None:
    done = one(pivot(first, second), text)
    assert (done.text.error, done.text.usage) == (reason, usage)
    assert (done.text.text is None) is (reason is not None)
    assert bool(done.segments) is (reason is None)


def test_a_failed_side_text_keeps_the_record_from_the_second_leg() -> None:
    made = pivot({}, {})
    records = [
        Record("1", "The cat.", side_texts={"question": "Is it lost?"}),
        Record("2", "The cat."),
    ]
    bad, good = made.translate_records(records, [0, 1], "train")
    assert bad.side_texts["question"].error == "too_hard"
    assert (bad.text.text, bad.text.error, bad.text.usage) == (None, "too_hard", Usage(2, 1))
    assert good.text.text == "O gatiño."


def test_translations_on_file_may_be_the_first_leg(tmp_path: Path) -> None:
    path = tmp_path / "es.jsonl"
    lines = [{"id": "7", "translation": "El gato duerme."}, {"id": "8", "translation": ""}]
    path.write_text("\n".join(map(json.dumps, lines)), "utf-8")
    settings = PivotTranslatorSettings(
        via="es",
        first={"backend": "parallel", "path": str(path)},
        second={"backend": "dictionary", "words": GL},
    )
    PivotTranslator.check_targets(settings, ["gl", "pt"])  # one file does for `via`
    made = PivotTranslator(settings, source_language="en", target_language="gl")
    made.setup()
    made.check({"train": 3})
    records = [Record(name, "The cat sleeps.") for name in "789"]
    done = made.translate_records(records, [0, 1, 2], "train")
    assert [item.text.text for item in done] == ["O gatiño dorme.", None, None]
    assert done[1].text.error == "no_translation"
    assert done[0].segments == ((0, 15, 0, 15),)
    with pytest.raises(ConfigError, match=r"^translate.first: the backend 'parallel' looks"):
        made.translate_texts(["The cat."])


def test_any_text_is_translated() -> None:
    texts = [item.text for item in pivot().translate_texts(["cat", "The cat.\n\nThe cat.", ""])]
    assert texts == ["gatiño", "O gatiño.\n\nO gatiño.", ""]


def settings(**values: Any) -> PivotTranslatorSettings:
    return PivotTranslatorSettings.model_validate({"via": "pt", **values})


@pytest.mark.parametrize(
    ("values", "languages", "message"),
    [
        ({"via": "es"}, ("en", "es"), "translate.via: 'es' is the target language itself"),
        ({"via": "en"}, ("en", "es"), "translate.via: 'en' is the source language itself"),
        (
            {},
            ("en", "es"),
            "translate.second: translator 'embedded' cannot translate pt to es; "
            "it can do: en to pt, pt to en",
        ),
        (
            {"second": {"backend": "parallel", "path": "x.txt"}},
            ("en", "es"),
            "translate.second: the backend 'parallel' looks translations up by record and cannot "
            "translate any other text",
        ),
        (
            {"second": {"backend": "pivot", "via": "es"}},
            ("en", "es"),
            "translate.second.via: 'es' is the target language itself",
        ),
    ],
)
def test_what_cannot_be_composed_is_refused(
    values: Any, languages: tuple[str, str], message: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    Path("x.txt").write_text("uma linha\n", "utf-8")
    source, target = languages
    with pytest.raises(ConfigError) as error:
        PivotTranslator(settings(**values), source_language=source, target_language=target)
    assert str(error.value) == message


def test_several_targets_need_files_of_their_own_in_the_second_leg() -> None:
    nested = {"backend": "pivot", "via": "fr", "first": {"backend": "parallel", "path": "x.txt"}}
    PivotTranslator.check_targets(settings(second=nested), ["es", "gl"])
    beside = settings(second={"backend": "parallel", "path": "x.txt"})
    with pytest.raises(ConfigError, match=r"^translate.second.path: 'x.txt' is the same for"):
        PivotTranslator.check_targets(beside, ["es", "gl"])


def test_languages_are_normalised_and_checked() -> None:
    assert PivotTranslatorSettings(via="PT_br").via == "pt-BR"
    with pytest.raises(ValidationError, match="is not a language code"):
        PivotTranslatorSettings(via="port ugal")


def test_there_and_back_paraphrases() -> None:
    made = PivotTranslator(settings(), source_language="en", target_language="en")
    made.setup()
    assert made.info.name == "pivot"
    assert "enpt" in made.info.revision
    assert "pten" in made.info.revision
    text = "The old bridge was closed on Monday. Nobody in the village was surprised."
    done = one(made, text, language="en")
    assert done.text.text is not None
    assert done.text.text != text
    assert "bridge" in done.text.text
    assert [text[a:b] for a, b, _, _ in done.segments] == [text[:36], text[37:]]
    assert done.segments[-1][3] == len(done.text.text)
