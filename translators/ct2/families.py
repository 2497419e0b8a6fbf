"""How each family of models is told its languages.

    family    what the encoder gets                    what the decoder starts with
    marian    [>>por<<] pieces </s>                    -
    nllb      eng_Latn pieces </s>                     por_Latn
    m2m100    __en__ pieces </s>                       __pt__
    mbart50   en_XX pieces </s>                        pt_XX
    madlad    pieces of <2pt>, pieces </s>             -
    t5        pieces of "translate ...:", pieces </s>  -

Sources: the model cards of Helsinki-NLP/opus-mt-*, facebook/nllb-200-*, facebook/m2m100_*,
facebook/mbart-large-50-*, google/madlad400-*, t5-*, and the tokenizers of `transformers`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from spanferry.data import languages
from spanferry.data.errors import ConfigError
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings, FamilyName

#: What the language tokens of a family look like; the group is the code.
_TOKENS: dict[str, re.Pattern[str]] = {
    "nllb": re.compile(r"([a-z]{3}_[A-Z][a-z]{3})"),
    "m2m100": re.compile(r"__([a-z]{2,3})__"),
    "mbart50": re.compile(r"([a-z]{2}_[A-Z]{2})"),
    "madlad": re.compile(r"<2([a-z]{2,3}(?:_[A-Za-z]+)*)>"),
    "marian": re.compile(r">>([a-z]{2,3}(?:_[A-Za-z]+)*)<<"),
}
#: Fewest language tokens by which a family is known.
_FEWEST = 2
END = "</s>"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The tokens of a converted model, and what is known of the checkpoint it was made from.

    Args:
        source, target: tokens of both sides; one set where they share it.
        languages: source and target as the checkpoint names them (bilingual Marian), or None.
        prefixes: T5's task prefixes by (source, target).
    """

    source: Collection[str]
    target: Collection[str]
    languages: tuple[str | None, str | None] = (None, None)
    prefixes: Mapping[tuple[str, str], str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Direction:
    """What a text and its translation are wrapped in.

    Args:
        family: of the model.
        lead: words before every source text, as text (T5, MADLAD); pieces never reach over the
            blank behind them.
        source_tokens: tokens before the pieces of the source.
        target_tokens: tokens that every translation starts with.
    """

    family: FamilyName
    lead: str = ""
    source_tokens: tuple[str, ...] = ()
    target_tokens: tuple[str, ...] = ()


def detect(vocabulary: Collection[str], *, two_tokenizers: bool) -> FamilyName:
    """The family of a model by the tokens of its source side.

    Args:
        vocabulary: all tokens.
        two_tokenizers: whether it has a tokenizer for each side, as only Marian models do.
    """
    if two_tokenizers:
        return "marian"
    counts = {
        family: sum(pattern.fullmatch(token) is not None for token in vocabulary)
        for family, pattern in _TOKENS.items()
    }
    family = max(counts, key=lambda name: counts[name])
    if counts[family] >= _FEWEST:
        return family  # type: ignore[return-value]
    return "t5" if "<extra_id_0>" in vocabulary else "marian"


def codes(family: str, vocabulary: Collection[str]) -> dict[str, str]:
    """The languages of a model: its code to the token."""
    pattern = _TOKENS.get(family)
    if pattern is None:
        return {}
    found = ((pattern.fullmatch(token), token) for token in vocabulary)
    return {match[1]: token for match, token in found if match}


def direct(
    settings: CTranslate2TranslatorSettings,
    family: FamilyName,
    vocabulary: Vocabulary,
    source: str,
    target: str,
) -> Direction:
    """How this model translates from one language to another.

    Raises:
        ConfigError: it does not know a language; the text lists near ones.
    """
    if settings.prefix is not None and family not in {"t5", "madlad"}:
        raise ConfigError(f"translate.prefix is for T5 models; {settings.model!r} is {family}")
    if family == "t5":
        return Direction(family, lead=_t5_prefix(settings, vocabulary, source, target))
    wanted = _Wanted(settings, family)
    if family == "madlad":
        token = wanted.token("target", target, vocabulary.source)
        return Direction(family, lead=settings.prefix or token)
    if family == "marian":
        _check_bilingual(settings, vocabulary, source, target)
        if not codes(family, vocabulary.source):
            return Direction(family)
        return Direction(family, source_tokens=(wanted.token("target", target, vocabulary.source),))
    return Direction(
        family,
        source_tokens=(wanted.token("source", source, vocabulary.source),),
        target_tokens=(wanted.token("target", target, vocabulary.target),),
    )


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Finds the tokens that the languages of a build have in a model."""

    settings: CTranslate2TranslatorSettings
    family: str

    def token(self, side: str, language: str, vocabulary: Collection[str]) -> str:
        known = codes(self.family, vocabulary)
        given = getattr(self.settings, f"{side}_code")
        if given is not None:
            if given not in known:
                raise ConfigError(
                    f"translate.{side}_code: {self.settings.model!r} has no language {given!r}"
                    f"{_near(given, known)}"
                )
            return known[given]
        code = languages.match(language, known)
        if code is None:
            raise ConfigError(
                f"translate.model: {self.settings.model!r} ({self.family}) does not know the "
                f"{side} language {language!r}{_near(language, known)}; translate.{side}_code "
                "names one outright"
            )
        return known[code]


def _near(language: str, known: Collection[str]) -> str:
    listed = ", ".join(languages.near(language, known))
    return f"; it knows {len(known)} languages, near ones: {listed}" if listed else ""


def _check_bilingual(
    settings: CTranslate2TranslatorSettings, vocabulary: Vocabulary, source: str, target: str
) -> None:
    """Refuse a model that says of itself that it translates other languages."""
    many = codes("marian", vocabulary.source)
    sides = (("source", source, vocabulary.languages[0], settings.source_code),
             ("target", target, vocabulary.languages[1], settings.target_code))  # fmt: skip
    for side, language, own, given in sides:
        if own is None or given is not None or not languages.is_language(own):
            continue
        if side == "target" and many:
            continue
        if languages.base(languages.normalize(own)) != languages.base(language):
            raise ConfigError(
                f"translate.model: {settings.model!r} translates from "
                f"{vocabulary.languages[0]} to {vocabulary.languages[1]}; the {side} language "
                f"is {language!r}; if it fits all the same, name it: translate.{side}_code: {own}"
            )


def _t5_prefix(
    settings: CTranslate2TranslatorSettings, vocabulary: Vocabulary, source: str, target: str
) -> str:
    if settings.prefix is not None:
        return settings.prefix
    prefixes = vocabulary.prefixes
    found = prefixes.get((languages.base(source), languages.base(target)))
    if found is None:
        known = ", ".join(f"{a} to {b}" for a, b in prefixes) or "none"
        raise ConfigError(
            f"translate.model: {settings.model!r} has no task for {source} to {target} (it has: "
            f"{known}); a T5 model of your own: translate.prefix: "
            f'"translate {languages.name(source)} to {languages.name(target)}: "'
        )
    return found
