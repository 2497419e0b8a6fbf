"""Which mode is taken, and what is said where there is none."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError, MissingExtraError
from spanferry.translators.apertium import modes

NAMES = [
    "eng-spa", "spa-eng", "spa-eng_US", "eng-cat", "eng-cat_valencia", "eng-cat_valencia_uni",
    "en-gl", "es-pt", "es-pt_BR", "eng-hbs_SR", "eng-hbs_HR", "eng-spa-tagger", "Cyrl-Latn",
]  # fmt: skip


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "modes").mkdir()
    for name in NAMES:
        (tmp_path / "modes" / f"{name}.mode").write_text("cat 'a b' | cat $1 $2 -g")
    return tmp_path


@pytest.mark.parametrize(
    ("source", "target", "name"),
    [
        ("en", "es", "eng-spa"),
        ("en-GB", "es-MX", "eng-spa"),
        ("es", "en", "spa-eng"),
        ("es", "en-US", "spa-eng_US"),
        ("en", "ca", "eng-cat"),
        ("en", "ca-valencia", "eng-cat_valencia"),
        ("en", "gl", "en-gl"),
        ("es", "pt", "es-pt"),
        ("es", "pt-BR", "es-pt_BR"),
        ("es", "pt-PT", "es-pt"),
        ("en", "hr", "eng-hbs_HR"),
    ],
)
def test_the_mode_is_found_from_the_languages(
    place: Path, source: str, target: str, name: str
) -> None:
    assert modes.choose(place, None, source, target) == name


def test_variants_that_nobody_named_are_listed(place: Path) -> None:
    with pytest.raises(ConfigError, match=r"translate\.mode: several modes .*eng-hbs_HR"):
        modes.choose(place, None, "en", "bs")
    assert modes.choose(place, "eng-hbs_HR", "en", "bs") == "eng-hbs_HR"


def test_a_missing_pair_says_what_to_install(place: Path) -> None:
    with pytest.raises(MissingExtraError) as caught:
        modes.choose(place, None, "en", "eo")
    text = str(caught.value)
    assert "no mode for en to eo" in text
    assert "nearest: " in text
    assert "eng-spa" in text.partition("nearest: ")[2]
    assert "apt-get install apertium apertium-eo-en" in text


def test_a_pair_that_debian_lacks_lists_those_it_has(place: Path) -> None:
    with pytest.raises(MissingExtraError, match=r"Debian has none; from en it has: .*apertium-eng"):
        modes.choose(place, None, "en", "sw")


def test_a_mode_that_is_not_there_or_does_not_fit(place: Path) -> None:
    with pytest.raises(ConfigError, match=r"no mode 'eng-xyz' in .*: .*eng-spa"):
        modes.choose(place, "eng-xyz", "en", "es")
    with pytest.raises(ConfigError, match="'eng-cat' does not translate en to es"):
        modes.choose(place, "eng-cat", "en", "es")


def test_no_apertium_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(modes, "FOLDERS", ())
    monkeypatch.delenv("APERTIUM_DATADIR", raising=False)
    with pytest.raises(MissingExtraError, match="apt-get install apertium apertium-eng-spa"):
        modes.folder(None)
    with pytest.raises(ConfigError, match=r"translate\.data_path: .* holds no folder 'modes'"):
        modes.folder(str(tmp_path))


def test_a_mode_file_is_read_as_a_pipeline(place: Path) -> None:
    mode = modes.load(place, "eng-spa")
    assert mode.stages == (("cat", "a b"), ("cat", "$1", "$2", "-g"))
    assert mode.parts(numbered=False) == [[["cat", "a b"]], [["cat", "-n", "-g"]]]


@pytest.mark.parametrize("text", ["cat", "cat < x | cat", "cat | | cat", "cat; rm x | cat", ""])
def test_a_mode_file_that_is_no_pipeline(place: Path, text: str) -> None:
    (place / "modes" / "eng-spa.mode").write_text(text)
    with pytest.raises(ConfigError, match="is no plain pipeline"):
        modes.load(place, "eng-spa")


def test_a_program_that_is_not_installed(place: Path) -> None:
    (place / "modes" / "eng-spa.mode").write_text("cat x | no-such-program-proc y")
    with pytest.raises(MissingExtraError, match=r"'no-such-program-proc' .*apt-get install"):
        modes.load(place, "eng-spa")
