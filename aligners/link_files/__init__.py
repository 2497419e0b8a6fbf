"""Files of word links, hand-made and predicted: Pharaoh, NAACL and JSONL, with or without texts."""

from spanferry.aligners.link_files.matching import match, stored_links, with_scores
from spanferry.aligners.link_files.pair import LinkedPair
from spanferry.aligners.link_files.reading import FORMATS, LinkFile, pairs_of_texts, read_links
from spanferry.aligners.link_files.texts import Texts, read_joined, read_texts
from spanferry.aligners.link_files.writing import write_links, write_scores

__all__ = [
    "FORMATS",
    "LinkFile",
    "LinkedPair",
    "Texts",
    "match",
    "pairs_of_texts",
    "read_joined",
    "read_links",
    "read_texts",
    "stored_links",
    "with_scores",
    "write_links",
    "write_scores",
]
