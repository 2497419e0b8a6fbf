"""Settings of the method `translate_match`."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from spanferry.projection.methods.proposals import ProposalSettings

#: Where a phrase to look for comes from.
Origin = Literal["alone", "in_context", "server", "source"]


class Example(BaseModel):
    """A question to the language model that is answered for it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    language: str = Field(description="name of the language of `text`, as `English`")
    target_language: str = Field(description="name of the language of `translation`")
    text: str = Field(min_length=1, description="a sentence")
    phrase: str = Field(min_length=1, description="words of it")
    translation: str = Field(min_length=1, description="its translation")
    answer: str = Field(min_length=1, description="the words of the translation for the phrase")


#: What is shown to the model before a question, in the languages of none but themselves: one with
#: an apostrophe in the answer, one whose words stand apart from where they stood.
EXAMPLES = (
    Example(
        language="English",
        target_language="French",
        text="We slept in the old hotel near the station.",
        phrase="old hotel",
        translation="Nous avons dormi à l'hôtel d'antan, près de la gare.",
        answer="hôtel d'antan",
    ),
    Example(
        language="English",
        target_language="German",
        text="Peter Brandt sold the house last year.",
        phrase="sold",
        translation="Letztes Jahr hat Peter Brandt das Haus verkauft.",
        answer="verkauft",
    ),
)


class TranslateMatchSettings(ProposalSettings):
    """Settings of the method `translate_match`.

    `fuzzy`, `near_words` and `near_weight` were set on English-Spanish opinion targets (SemEval
    2016, training part), with Apertium as the translator.
    """

    sources: tuple[Origin, ...] = Field(
        ("alone", "in_context", "source"),
        min_length=1,
        description="where phrases to look for come from; of equally good matches that of the "
        "first counts. alone: the span's words translated by themselves; in_context: what "
        "the translations of the span with the words before it and with those after it have in "
        "common; server: a language model is asked for them; source: the span's words as they are "
        "(names, numbers)",
    )
    alternatives: int = Field(
        4,
        ge=1,
        le=64,
        description="how many translations of a text are looked at, where the translator gives "
        "several (n_best)",
    )
    context_words: int = Field(
        2, ge=1, le=20, description="in_context: words before the span, and after it"
    )
    fuzzy: float = Field(
        0.65,
        gt=0,
        le=1,
        description="least similarity of a phrase to words of the translation that are not equal "
        "to it (twice the length of the longest common subsequence, through both lengths); 1: "
        "none such are looked for",
    )
    lemmas: Literal["auto", "simplemma", "none"] = Field(
        "auto",
        description="whether other forms of the same words are found: by the package simplemma, "
        "which knows some 50 languages; auto: where it is installed and knows the language",
    )
    near_words: float = Field(
        3.0,
        gt=0,
        description="words of distance from where the links of the span lead at which nearness has "
        "fallen to 1/e",
    )
    near_weight: float = Field(
        0.8,
        ge=0,
        le=1,
        description="share of a match's score that nearness decides; 0: all occurrences are equal",
    )
    examples: tuple[Example, ...] = Field(
        EXAMPLES, description="server: questions with answers that stand before each question"
    )

    @field_validator("sources")
    @classmethod
    def _once_each(cls, value: tuple[Origin, ...]) -> tuple[Origin, ...]:
        if len(set(value)) < len(value):
            raise ValueError("names a source twice")
        return value
