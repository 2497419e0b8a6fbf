"""The text-to-text form of T-Projection: what the generator reads and writes.

    reads    The waiter recommended the sea bass . <Target>[None]</Target><Target>[None]</Target>
    writes   <Target>waiter</Target><Target>sea bass</Target>

An empty pair of tags stands for each span, in text order, with its label as the tag's name. To
project, the translation is read with the labels of the source text. Spans inside others stand
behind them as pairs of their own; a discontinuous span has a pair a fragment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from spanferry.data.records import Span
from spanferry.projection.pieces import pieces

#: What stands for a span that is to be found.
EMPTY = "[None]"
#: Names of the tags of common labels: words that a language model knows.
NAMES = {
    "PER": "Person",
    "LOC": "Location",
    "ORG": "Organization",
    "MISC": "Miscellaneous",
    "TARGET": "Target",
}
#: Special sub-words of mT5, which generators may leave in their outputs.
_SPECIAL = re.compile(r"<extra_id_\d+>|</s>|<pad>|<unk>")


def tag_name(label: str) -> str:
    """The tag's name of a label: letters, digits, `_`, `.`, `-`.

    >>> tag_name("PER"), tag_name("cell line"), tag_name("</>"), tag_name("s")
    ('Person', 'cell_line', '_', 's_')
    """
    return _free(NAMES.get(label) or re.sub(r"[^\w.-]+", "_", label))


def _free(name: str) -> str:
    """A name whose tags are none of the model's special sub-words, as `</s>` is."""
    taken = any(_SPECIAL.fullmatch(tag) for tag in (f"<{name}>", f"</{name}>"))
    return f"{name}_" if taken else name


def tag_names(labels: Iterable[str], given: Mapping[str, str] | None = None) -> dict[str, str]:
    """The tag's name of each label, the user's own first. Two labels may share one."""
    own = given or {}
    return {
        label: _free(own[label]) if own.get(label) else tag_name(label)
        for label in dict.fromkeys(labels)
    }


def in_order(spans: Iterable[Span]) -> list[Span]:
    """Spans as the form lists them: a fragment each, in text order, the longer of two first."""
    parts = [part for span in spans for part in pieces(span)]
    return sorted(parts, key=lambda one: (one.start, -one.end, one.label, one.id))


def source_text(text: str, labels: Sequence[str], names: Mapping[str, str]) -> str:
    """What the generator reads.

    Args:
        text: a text, words parted by spaces or as it was written.
        labels: those of its spans, in the order of `in_order`.
        names: the tag's name of each label.

    >>> source_text("Ada wrote it.", ["PER"], {"PER": "Person"})
    'Ada wrote it. <Person>[None]</Person>'
    """
    return f"{text} " + "".join(f"<{names[one]}>{EMPTY}</{names[one]}>" for one in labels)


def target_text(spans: Iterable[tuple[str, str]], names: Mapping[str, str]) -> str:
    """What the generator writes.

    Args:
        spans: label and text of each span, in the order of `in_order`.

    >>> target_text([("PER", "Ada"), ("LOC", "Bath")], {"PER": "Person", "LOC": "Location"})
    '<Person>Ada</Person><Location>Bath</Location>'
    """
    return "".join(f"<{names[label]}>{text}</{names[label]}>" for label, text in spans)


def parse(output: str, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """Label and text of the spans that a generator wrote, as often as it wrote them.

    A span counts where the tag before it opens and the tag behind it closes the same name; what
    stands elsewhere is left out. Labels that share a name all get its spans.

    >>> parse("<Person>A<Person>Ada</Person>,<Place>Bath</Person>", {"PER": "Person"})
    [('PER', 'Ada')]
    """
    labels: dict[str, list[str]] = {}
    for label, name in names.items():
        labels.setdefault(name, []).append(label)
    if not labels:
        return []
    known = "|".join(re.escape(name) for name in sorted(labels, key=len, reverse=True))
    # text, slash, name, text, slash, name, ... text
    pieces_of = re.split(rf"<(/?)({known})>", _SPECIAL.sub(" ", output))
    found = []
    for k in range(1, len(pieces_of) - 3, 3):
        slash, name, text, closing, closed = pieces_of[k : k + 5]
        text = text.strip()
        if not slash and closing and name == closed and text and text != EMPTY:
            found += [(label, text) for label in labels[name]]
    return found
