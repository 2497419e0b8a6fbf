"""Translation models that come with the package, so that nothing has to be downloaded.

Each is a folder here, named after its languages (`en-pt`), with what CTranslate2 needs, the
tokenizers, and a card (`README.md`) that says what it was made of. `spanferry distil` makes them.
"""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

from spanferry.data.languages import base

#: Where the models lie. Their library opens files by name, so they must be real files, as they are
#: in a checkout and wherever pip has unpacked a wheel.
ROOT = Path(str(files("spanferry.data.models")))
#: A folder without it is no model (one that a killed copy left, say).
_WEIGHTS = "model.bin"
_PAIR = re.compile(r"([a-z]{2,3})-([a-z]{2,3})")


def shipped(source: str, target: str) -> Path | None:
    """The folder of the model from one language to another; None if there is none.

    Regions and scripts make no difference: the model of `en-pt` is that of `en-GB` to `pt-BR` too.

    Args:
        source, target: BCP-47 codes.
    """
    pair = (base(source), base(target))
    return ROOT / "-".join(pair) if pair in pairs() else None


def pairs() -> list[tuple[str, str]]:
    """Source and target language of each model that is there."""
    folders = (file.parent.name for file in ROOT.glob(f"*/{_WEIGHTS}"))
    found = (_PAIR.fullmatch(name) for name in folders)
    return sorted((match[1], match[2]) for match in found if match)


def is_shipped(folder: Path) -> bool:
    """Whether a folder is that of a model that comes with the package."""
    return folder.parent == ROOT
