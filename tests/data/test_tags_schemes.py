"""Telling the scheme from the tags."""

from __future__ import annotations

import pytest

from spanferry.data.tag_schemes import detect_scheme


@pytest.mark.parametrize(
    ("lines", "scheme"),
    [
        (["O B-PER I-PER", "B-PER"], "iob2"),
        (["I-PER I-PER O", "I-LOC"], "iob1"),  # as pure IO
        (["I-PER I-PER B-PER O", "I-LOC"], "iob1"),
        (["B-PER I-PER", "B-LOC", "O I-LOC"], "iob2"),  # one flaw
        (["I-PER", "I-PER", "O B-LOC"], "iob1"),
        (["O O", "O"], "iob2"),
        ([], "iob2"),
        (["B-PER I-PER", "U-PER"], "bilou"),
        (["B-PER L-PER"], "bilou"),
        (["B-PER E-PER", "S-LOC"], "iobes"),
        (["S-PER O"], "iobes"),
        (["B-PER M-PER"], "iobes"),
        (["PER PER O", "LOC"], "io"),
        (["person-actor O art-film"], "io"),
        (["_ PER _"], "io"),
        (["B_PER I_PER O"], "iob2"),  # whose reader then refuses 'B_PER'
        (["B I O", "B"], "iob2"),
        (["I I O", "I"], "iob1"),
        (["B-PER PER"], "iob2"),
        (["B-I-PER I-I-PER"], "iob2"),
    ],
)
def test_detect_scheme(lines: list[str], scheme: str) -> None:
    assert detect_scheme([line.split() for line in lines]) == scheme
