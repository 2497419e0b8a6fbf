"""Translation memories: languages, markup, encodings, and files that mean harm."""

from __future__ import annotations

import gzip
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.data.errors import ConfigError, InputError
from spanferry.translators.parallel.tmx_parser import read_units
from tests.translators.parallel.making import ask, make, tmx, unit, warnings, write_tmx


def test_units(tmp_path: Path) -> None:
    content = tmx(
        [
            '<tu tuid="1"><note>Ignored.</note><prop type="x">one</prop>'
            '<tuv xml:lang="en"><note>no</note><seg>A &amp; B &lt;c&gt; &#233;</seg></tuv>'
            '<tuv lang="PT"><seg>\n  Á <![CDATA[<b>]]>\n</seg></tuv></tu>',
            unit(("en", "")),
            "<tu></tu>",
        ]
    )
    path = tmp_path / "m.tmx"
    for text in (content, content.replace(' SYSTEM "tmx14.dtd"', "")):
        path.write_text(text, "utf-8")
        assert list(read_units(path)) == [
            [("en", "A & B <c> é"), ("PT", "\n  Á <b>\n")],
            [("en", "")],
            [],
        ]


@pytest.mark.parametrize(
    ("segment", "text"),
    [
        ('Click <bpt i="1">&lt;b></bpt>here<ept i="1">&lt;/b></ept>.', "Click here."),
        ("Hello <ph x='1'>{0}</ph>!", "Hello !"),
        ("Hello <ph/> there", "Hello there"),
        ("a <it pos='begin'>x</it> b<ut>y</ut>c", "a bc"),
        ("A <hi type='x'>very <hi>high</hi></hi>  one", "A very high  one"),
        ("Go<ph>&lt;a title='<sub>Back <hi>x</hi><bpt>y</bpt></sub>'></ph> on", "Go on"),
        ("<ph>only codes</ph>", ""),
    ],
)
def test_markup(tmp_path: Path, segment: str, text: str) -> None:
    (tmp_path / "m.tmx").write_text(tmx([unit(("en", segment))]), "utf-8")
    assert list(read_units(tmp_path / "m.tmx")) == [[("en", text)]]


def test_the_nearest_language_counts(tmp_path: Path) -> None:
    one = unit(("en-GB", "Colour"), ("es", "x"), ("pt-PT", "Pt"), ("EN_us", "Color"), ("PT-br", "Br"))  # fmt: skip # noqa: E501
    two = unit(("pt-BR", " "), ("en", "Two"), ("pt", "Dois"), ("pt", "Duas"))
    path = tmp_path / "m.tmx"
    path.write_text(tmx([one, two]), "utf-8")
    for target, expected in {"pt": "Br", "pt-BR": "Br", "pt-PT": "Pt", "pt-AO": "Pt"}.items():
        found = ask(make(path=str(path), target=target), "Colour", "Color", "Two")
        assert found == [expected, expected, "Dois"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-8-sig", "iso-8859-1", "cp1252"])
@pytest.mark.parametrize("packed", [False, True])
def test_encodings(tmp_path: Path, encoding: str, packed: bool) -> None:
    declared = {"cp1252": "windows-1252", "utf-16-le": "utf-16", "utf-8-sig": "utf-8"}
    text = tmx([unit(("en", "Ça va"), ("pt", "É"))], declared.get(encoding, encoding))
    content = text.encode(encoding)
    if encoding == "utf-16-le":
        content = b"\xff\xfe" + content
    path = tmp_path / ("m.TMX.gz" if packed else "m.tmx")
    path.write_bytes(gzip.compress(content) if packed else content)
    assert ask(make(path=str(path)), "Ça va") == ["É"]


def test_conflicts_are_told(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = write_tmx(tmp_path / "m.tmx", [("One", "Um"), ("One", "Uma"), ("A\nb", "C\nd")])
    assert ask(make(path=path), "One", "A b") == ["Um", "C\nd"]
    assert warnings(caplog)[0].startswith("parallel: 1 pairs of '")


def bomb() -> str:
    entities = '<!ENTITY e0 "ha">' + "".join(
        f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12)
    )
    return f"<!DOCTYPE tmx [{entities}]><tmx><body><tu>&e11;</tu></body></tmx>"


@pytest.mark.parametrize(
    ("content", "place", "detail"),
    [
        (bomb(), 1, "declares the entity 'e0'; write its text where it is used instead"),
        (
            '<!DOCTYPE tmx [\n<!ENTITY x SYSTEM "file:///etc/hostname">]><tmx>&x;</tmx>',
            2,
            "declares the entity 'x'; write its text where it is used instead",
        ),
        (
            '<!DOCTYPE tmx [\n<!ENTITY % d SYSTEM "http://127.0.0.1:9/d">%d;]><tmx/>',
            2,
            "declares the entity 'd'; write its text where it is used instead",
        ),
        (
            tmx(["\n", unit(("en", "a&nbsp;b"))]),
            5,
            "uses the entity 'nbsp', which it does not declare; write its text",
        ),
        (tmx([unit(("en", "a"))])[:-7], 5, "is no well-formed XML: no element found"),
        (tmx(["<tu>\n<note>"]), 5, "is no well-formed XML: mismatched tag"),
        (
            tmx([unit(("en", "&#2;"))]),
            4,
            "is no well-formed XML: reference to invalid character n",
        ),
        ("", 1, "is no well-formed XML: no element found"),
        ("One.\nTwo.\n", 1, "is no well-formed XML: syntax error"),
        ("<xliff>\n</xliff>", 1, "is no TMX: its root is <xliff>"),
        (tmx(["<tu><tuv>\n<seg>a</seg></tuv></tu>"]), 4, "has a <tuv> without xml:lang"),
    ],
)
def test_refused_with_the_line(tmp_path: Path, content: str, place: int, detail: str) -> None:
    path = tmp_path / "m.tmx"
    path.write_text(content, "utf-8")
    begun = time.monotonic()
    with pytest.raises(InputError) as caught:
        make(path=str(path))
    assert time.monotonic() - begun < 2
    assert caught.value.reason == "bad_tmx"
    assert caught.value.origin == f"{path}:{place}"
    assert caught.value.detail.startswith(f"the file {detail}")


def test_bytes_that_are_not_of_the_encoding(tmp_path: Path) -> None:
    (tmp_path / "m.tmx").write_bytes(tmx([unit(("en", "é"))]).encode("latin-1"))
    with pytest.raises(InputError, match=r"m\.tmx:4: the file is no well-formed XML: not well-fo"):
        make(path=str(tmp_path / "m.tmx"))


def test_languages_that_are_not_there(tmp_path: Path) -> None:
    path = write_tmx(tmp_path / "m.tmx", [("One", "Um")], codes=("en-US", "x-none"))
    with pytest.raises(
        ConfigError,
        match=r"m\.tmx' has no texts in the target language 'pt'; its languages: en-US, x-none$",
    ):
        make(path=path).check({"train": 1})
    with pytest.raises(ConfigError, match=r"in the source language 'de'; its languages: en-US, x-"):
        make(path=path, source="de").check({"train": 1})
    (tmp_path / "m.tmx").write_text(tmx([]))
    with pytest.raises(ConfigError, match=r"'en'; its languages: none: it has no units$"):
        make(path=path).check({"train": 1})
    (tmp_path / "m.tmx").write_text(tmx([unit(("en", "One")), unit(("pt", "Dois"), ("de", "x"))]))
    with pytest.raises(ConfigError, match=r"no unit of .* both 'en' and 'pt'; .*: de, en, pt$"):
        make(path=path).check({"train": 1})


@given(
    pairs=st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]))] * 2)
    ),
    encoding=st.sampled_from(["utf-8", "utf-16"]),
)
def test_any_text(
    tmp_path_factory: pytest.TempPathFactory, pairs: list[tuple[str, str]], encoding: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.tmx"
    clean = [tuple(text.translate({0xFFFE: "", 0xFFFF: ""}) for text in pair) for pair in pairs]
    write_tmx(path, [(a, b) for a, b in clean])
    text = path.read_text("utf-8").replace("UTF-8", encoding)
    path.write_bytes(text.encode(encoding))
    assert list(read_units(path)) == [[("EN-us", a), ("pt-PT", b)] for a, b in clean]
