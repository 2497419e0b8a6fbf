"""Word vectors beside the links."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spanferry.aligners.embedded.likeness import EmbeddedLikeness
from spanferry.projection.likeness import LONGEST_WORD, Likeness, WordTable, word_tables
from tests.projection.cases import pair, words

pytestmark = pytest.mark.skipif(not EmbeddedLikeness.installed(), reason="needs the encoder")
DUCK = pair("the [duck] swims .", "el pato nada .", "0-0")
BRIDGE = pair("an old bridge", "старый мост", "0-0", target_language="ru")


@pytest.fixture(scope="module")
def likeness() -> EmbeddedLikeness:
    made = EmbeddedLikeness()
    made.setup()
    return made


def every(table: WordTable) -> list[list[float]]:
    found: list[list[float]] = table.similarity(range(len(table.source)), 0, 99).tolist()
    return found


def test_it_keeps_to_the_protocol(likeness: EmbeddedLikeness) -> None:
    assert isinstance(likeness, Likeness)
    assert likeness.info.revision


def test_the_batch_changes_no_similarity(likeness: EmbeddedLikeness) -> None:
    alone = [every(word_tables([item], likeness)[0]) for item in (DUCK, BRIDGE)]
    for batch in ([DUCK, BRIDGE], [BRIDGE, DUCK], [BRIDGE, *[DUCK] * 5]):
        tables = word_tables(batch, likeness)
        for item, table in zip(batch, tables, strict=True):
            assert every(table) == alone[item is BRIDGE]
            assert (
                table.meaning(table.source).tolist()
                == (
                    likeness.vectors(
                        [item.text[a:b].strip(".") or "." for a, b in item.source_words]
                    )
                )[0][1].tolist()
            )


def test_similarity_is_of_the_words_that_were_asked_for(likeness: EmbeddedLikeness) -> None:
    (table,) = word_tables([DUCK], likeness)
    whole = np.array(every(table))
    assert whole.shape == (4, 4)
    assert table.similarity([2, 1], 1, 3).tolist() == whole[[2, 1], 1:3].tolist()
    # translations are more alike than other words
    assert int(whole[1].argmax()) == 1


def test_marks_around_a_word_do_not_count(likeness: EmbeddedLikeness) -> None:
    quoted = pair("the «duck», swims", "el pato", "0-0")
    (table,), (plain,) = word_tables([quoted], likeness), word_tables([DUCK], likeness)
    assert table.similarity([1], 1, 2) == plain.similarity([1], 1, 2)


def test_a_word_without_end_is_cut(likeness: EmbeddedLikeness) -> None:
    long = "a" * (LONGEST_WORD + 50)
    item = replace(DUCK, text=long, source_words=words(long), spans=())
    cut = replace(item, text=long[:LONGEST_WORD], source_words=((0, LONGEST_WORD),))
    tables = word_tables([item, cut], likeness)
    assert tables[0].source.tolist() == tables[1].source.tolist()


def test_texts_without_words_have_an_empty_table(likeness: EmbeddedLikeness) -> None:
    (table,) = word_tables([pair("", "", "")], likeness)
    assert table.similarity([], 0, 0).shape == (0, 0)


def test_languages(likeness: EmbeddedLikeness) -> None:
    assert likeness.knows("en-GB", "pt-BR")
    assert not likeness.knows("en", "sw")
    assert not likeness.knows("", "de")
