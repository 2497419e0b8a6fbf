"""Word tags: every word gets one, whatever the links; what each kind of evidence is good for."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanferry.data.links import Link
from spanferry.projection.word_tags import TagTarget, Witness, WordTag, project_word_tags

WORDS = st.sampled_from(["a", "A", "house", "Häuser", ",", ".", "12", "€", "running", "क्ष", "👍"])
TAGS = st.sampled_from(["DET", "NOUN", "PUNCT", "VERB"])
SENTENCES = st.lists(st.lists(st.tuples(WORDS, TAGS), max_size=8), max_size=5)


def same(count: int, score: float = 1.0) -> list[Link]:
    return [Link(n, n, score) for n in range(count)]


def target(words: str, source: str, links: list[Link] | None = None) -> TagTarget:
    """From `a house` and `the/DET home/NOUN`; linked word by word if nothing else is said."""
    pairs = [pair.rsplit("/", 1) for pair in source.split()]
    given_links = same(len(pairs)) if links is None else links
    witness = Witness([word for word, _ in pairs], [tag for _, tag in pairs], given_links)
    return TagTarget(words.split(), [witness])


def tags(found: list[WordTag]) -> list[str]:
    return [tag for tag, _ in found]


@settings(max_examples=100, deadline=None)
@given(SENTENCES)
def test_the_identical_text_has_the_identical_tags(sentences: list[list[tuple[str, str]]]) -> None:
    texts = [[word for word, _ in sentence] for sentence in sentences]
    wanted = [[tag for _, tag in sentence] for sentence in sentences]
    targets = [
        TagTarget(words, [Witness(words, each, same(len(words)))])
        for words, each in zip(texts, wanted, strict=True)
    ]
    assert list(map(tags, project_word_tags(targets))) == wanted


@st.composite
def batches(draw: st.DrawFn) -> list[TagTarget]:
    found = []
    for _ in range(draw(st.integers(0, 4))):
        words = draw(st.lists(WORDS, max_size=6))
        witnesses = []
        for _ in range(draw(st.integers(0, 2))):
            source = draw(st.lists(st.tuples(WORDS, TAGS), max_size=6))
            link = st.builds(
                Link,
                st.integers(0, max(len(source) - 1, 0)),
                st.integers(0, max(len(words) - 1, 0)),
                st.floats(0, 1),
            )
            links = draw(st.lists(link, max_size=8)) if source and words else []
            witnesses.append(Witness([w for w, _ in source], [t for _, t in source], links))
        found.append(TagTarget(words, witnesses))
    return found


@settings(max_examples=200, deadline=None)
@given(batches())
def test_every_word_has_a_tag_of_the_source(batch: list[TagTarget]) -> None:
    known = {tag for each in batch for witness in each.witnesses for tag in witness.tags}
    for each, found in zip(batch, project_word_tags(batch), strict=True):
        assert len(found) == (len(each.words) if known else 0)
        assert {tag for tag, _ in found} <= known
        assert all(0 <= score <= 1 for _, score in found)


@settings(max_examples=50, deadline=None)
@given(batches(), st.randoms(use_true_random=False))
def test_the_order_of_texts_does_not_matter(batch: list[TagTarget], random: object) -> None:
    found = project_word_tags(batch)
    places = list(range(len(batch)))
    random.shuffle(places)  # type: ignore[attr-defined]
    again = project_word_tags([batch[place] for place in places])
    for place, other in zip(places, again, strict=True):
        scores = [score for _, score in found[place]]
        assert [score for _, score in other] == pytest.approx(scores, abs=1e-6)


def test_tags_go_where_the_links_go() -> None:
    links = [Link(0, 0), Link(1, 2), Link(2, 1)]
    (found,) = project_word_tags([target("um hotel barato", "a/DET cheap/ADJ hotel/NOUN", links)])
    assert tags(found) == ["DET", "NOUN", "ADJ"]


def test_a_word_without_links_gets_what_its_type_has_elsewhere() -> None:
    batch = [target("a casa", "the/DET house/NOUN") for _ in range(3)]
    batch.append(target("vi a Casa", "saw/VERB", [Link(0, 0)]))
    *_, found = project_word_tags(batch)
    assert tags(found) == ["VERB", "DET", "NOUN"]
    assert found[1].score < project_word_tags(batch)[0][0].score


def test_a_doubtful_link_loses_against_the_type() -> None:
    doubtful = target("gosta de", "she/PRON likes/VERB", [Link(0, 1, 0.5), Link(1, 0, 0.9)])
    assert tags(project_word_tags([doubtful])[0]) == ["VERB", "PRON"]
    batch = [target("de Roma", "of/ADP Rome/PROPN") for _ in range(6)]
    assert tags(project_word_tags([*batch, doubtful])[-1]) == ["VERB", "ADP"]


def test_marks_and_numbers_get_what_such_words_have_in_the_source() -> None:
    batch = [target("sim", "yes/INTJ ,/PUNCT 7/NUM €/SYM !/PUNCT", [Link(0, 0)])]
    batch.append(target("« sim » , 8,5 $", "yes/INTJ", [Link(0, 1)]))
    found = project_word_tags(batch)[1]
    assert tags(found) == ["PUNCT", "INTJ", "PUNCT", "PUNCT", "NUM", "SYM"]


def test_an_unknown_word_gets_what_fits_between_its_neighbours() -> None:
    batch = [target("o gato", "the/DET cat/NOUN"), target("o rio", "the/DET river/NOUN")] * 3
    batch.append(target("o xyz", "the/DET", [Link(0, 0)]))
    assert tags(project_word_tags(batch)[-1]) == ["DET", "NOUN"]


def test_witnesses_add_up() -> None:
    words = ["banco"]
    verb, noun = (Witness(["bank"], [tag], [Link(0, 0, 0.6)]) for tag in ("VERB", "NOUN"))
    one = project_word_tags([TagTarget(words, [verb, noun, noun])])[0][0]
    two = project_word_tags([TagTarget(words, [verb, noun, noun, noun])])[0][0]
    assert one.tag == two.tag == "NOUN"
    assert two.score > one.score
    heavy = Witness(verb.words, verb.tags, verb.links, weight=5.0)
    assert project_word_tags([TagTarget(words, [heavy, noun, noun])])[0][0].tag == "VERB"


def test_surer_links_give_higher_scores() -> None:
    def score(of_link: float) -> float:
        links = [Link(0, 0, of_link), Link(1, 1)]
        texts = [target("x y", "the/DET cat/NOUN", links), target("z", "runs/VERB")]
        return project_word_tags(texts)[0][0].score

    assert score(0.2) < score(0.6) < score(1.0)


def test_as_many_tags_as_words() -> None:
    with pytest.raises(ValueError, match="2 words, but 1 tags"):
        Witness(["a", "b"], ["X"], [])
