"""The set of hashes is a set."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanferry.flows.distilling import seen
from spanferry.flows.distilling.seen import Seen


@given(st.lists(st.integers(0, 40) | st.integers(2**64 - 5, 2**64 - 1) | st.integers(0, 2**64 - 1)))
def test_it_is_a_set(values: list[int]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(seen, "_RECENT", 3)
        found, known = Seen(), set[int]()
        for value in values:
            assert (value in found) == (value in known)
            assert found.add(value) == (value not in known)
            known.add(value)
        assert len(found) == len(known)
        assert all(value in found for value in known)
