"""Each rule of `projection/rules.py` on a case that fails without it."""

from __future__ import annotations

import pytest

from spanferry.projection.rules import AlignmentSettings
from spanferry.projection.sentence import read_sentence
from tests.projection.cases import found, pair, project


def test_a_mark_that_links_to_a_word_says_nothing_of_it() -> None:
    item = pair(
        "by its [sea urchin] , which", "por su erizo de mar, que", "0-0 1-1 2-4 3-2 4-4 5-5"
    )
    assert found(item) == ["erizo de mar"]


def test_a_link_between_a_stop_word_and_another_word_counts_little() -> None:
    item = pair("nice [wait staff] today", "el personal amable hoy", "0-2 1-0:0.2 2-1 3-3")
    assert found(item) == ["personal"]
    masses = [read_sentence(item, AlignmentSettings(minor_weight=w)).masses[1] for w in (0.3, 1)]
    assert masses == pytest.approx([0.3 * 0.2, 0.2])


def test_such_a_link_says_nothing_beside_one_between_like_words() -> None:
    item = pair("We had [Pam's special fish] .", "Tuvimos el pescado especial de Pam .",
                "1-0 2-1 2-5 3-3 4-2 5-6")  # fmt: skip
    assert found(item) == ["pescado especial de Pam"]


def test_in_a_language_without_stop_words_links_tell_them() -> None:
    # with the Spanish list and without any
    for language in ("es", "sw"):
        item = pair("nice [wait staff] of the [bar]", "el personal amable del el bar",
                    "0-2 1-0:0.2 2-1 3-3 4-4 4-0:0.3 5-5", target_language=language)  # fmt: skip
        assert found(item) == ["personal", "bar"]


def test_a_word_with_several_links_shares_its_mass_out() -> None:
    # `Drinks` is worth one word, not two, so that `son` goes with `are`
    item = pair("[Drinks] are dear", "bebidas son caras", "0-0 0-1 1-1 2-2", target_language="xx",
                language="xx")  # fmt: skip
    assert found(item) == ["bebidas"]


def test_words_without_links_are_paired_beside_linked_ones() -> None:
    item = pair("a [grilled branzino] was", "un branzino a la parrilla era", "0-0 2-1 3-5")
    assert found(item) == ["branzino a la parrilla"]
    # without completion `parrilla` has no link mass with the span
    (full,), (bare,) = project(item).spans, project(item, completion=0).spans
    assert full.score > bare.score


def test_a_compound_lacks_no_word() -> None:
    item = pair("from the [Cohesion Fund] get", "aus dem Kohäsionsfonds erhalten", "0-0 1-1 3-2",
                target_language="de")  # fmt: skip
    assert found(item) == ["Kohäsionsfonds"]


def test_a_gap_is_filled_when_what_lies_beyond_is_worth_it() -> None:
    item = pair("the [duck confit] is", "el confit de pato es", "0-0 1-3 2-1 3-4")
    assert found(item) == ["confit de pato"]


def test_a_gap_that_belongs_to_others_is_not_filled() -> None:
    item = pair("[place] and bar nice", "lugar y bar muy bonito lugar", "0-0 0-5:0.3 1-1 2-2 3-4")
    assert found(item) == ["lugar"]


def test_of_several_runs_the_best_wins() -> None:
    item = pair("the [old house] we saw", "vieja vimos nosotros aquella casa antigua",
                "1-0:0.2 1-5:0.8 2-4 3-2 4-1")  # fmt: skip
    assert found(item) == ["casa antigua"]


def test_order_of_words_is_free() -> None:
    item = pair("the [Conservative] and [Labour] parties", "los partidos laborista y conservador",
                "0-0 1-4 2-3 3-2 4-1")  # fmt: skip
    assert found(item) == ["conservador", "laborista"]


def test_spans_that_do_not_overlap_keep_apart() -> None:
    # both link to `sopa`; the surer one gets it, the other what it has left
    item = pair("[Chowder] and [Bisque]", "sopa y crema", "0-0 1-1 2-0:0.5 2-2:0.4")
    assert found(item) == ["sopa", "crema"]


def test_nested_and_identical_spans_may_overlap() -> None:
    item = pair("the [University of [[Porto]]] is", "la Universidad de Oporto es",
                "0-0 1-1 2-2 3-3 4-4")  # fmt: skip
    assert found(item) == ["Universidad de Oporto", "Oporto", "Oporto"]


@pytest.mark.parametrize(
    ("source", "target", "links", "wanted"),
    [
        # the article at the beginning of the sentence belongs to a clause ...
        ("[Service was prompt and courteous] .", "El servicio fue rápido y cortés .",
         "0-1 1-2 2-3 3-4 4-5 5-6", "El servicio fue rápido y cortés"),
        # ... and not to a noun
        ("[Service] was prompt .", "El servicio fue rápido .", "0-1 1-2 2-3 3-4", "servicio"),
        # the end is shared as well, here inside given words
        ("[I just don't understand all the hype]", "No entiendo todo el bombo y platillo...",
         "2-0 3-1 4-2 5-3 6-4", "No entiendo todo el bombo y platillo"),
        # after a comma
        ("It was good , [but we had trouble getting in] !", "Era bueno , pero nos costó entrar !",
         "0-0 1-0 2-1 3-2 4-3 7-5 8-6 9-6 10-7", "pero nos costó entrar"),
        # a word that is linked to other words stops it
        ("Often [service was prompt and quick] .", "A menudo servicio fue rápido y veloz .",
         "0-0 0-1 1-2 2-3 3-4 4-5 5-6 6-7", "servicio fue rápido y veloz"),
    ],
)  # fmt: skip
def test_clauses_share_the_edges_of_their_sentence(
    source: str, target: str, links: str, wanted: str
) -> None:
    assert found(pair(source, target, links)) == [wanted]


def test_inside_of_a_sentence_a_clause_does_not_take_the_article() -> None:
    # the same words as above, but neither text begins there
    item = pair("Often [service was prompt and courteous] .",
                "Muchas veces el servicio fue rápido y cortés .",
                "0-0 0-1 1-3 2-4 3-5 4-6 5-7 6-8")  # fmt: skip
    assert found(item) == ["servicio fue rápido y cortés"]


def test_segments_limit_where_a_span_may_land() -> None:
    source, target = "[Paris] is big . Rome is old .", "París es grande . Roma es antigua . París ."
    links = "0-0:0.05 0-8:0.95 1-1 2-2 3-3 4-4 5-5 6-6 7-7"
    (span,) = project(pair(source, target, links)).spans
    assert span.start == target.rindex("París")
    segments = ((0, 14, 0, 17), (15, 28, 18, 44))
    (span,) = project(pair(source, target, links, segments=segments)).spans
    assert span.start == 0
