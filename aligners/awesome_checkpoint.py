"""Checkpoints of awesome-align, made loadable by today's transformers.

Its training writes what transformers 2 wrote: `pytorch_model.bin` with the encoder under `bert.`
and two heads of its own (`cls`, `psi_cls`), `vocab.txt`, and a `config.json` that need not say of
which architecture it is, for awesome-align knows BERT only. The heads are ignored, `.bin` files
are read by a restricted unpickler that runs no code; what is missing of the config is added here.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from spanferry.data.checkpoints import read_config
from spanferry.data.errors import ConfigError

_CONFIG = "config.json"
#: Entries of BERT's config without which it cannot be told from another's.
_SIZES = ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads")


@contextmanager
def loadable(folder: Path) -> Iterator[Path]:
    """A checkpoint's folder in a form that transformers loads.

    That is the folder itself, or a temporary one with a mended config and links to all other
    files; the folder itself is never changed.

    Raises:
        ConfigError: the config cannot be read, or names no architecture and is not that of a BERT.
    """
    config = read_config(folder, folder.name, "align.model")
    if config.get("model_type"):
        yield folder
        return
    lacking = [name for name in _SIZES if name not in config]
    if lacking:
        raise ConfigError(
            f"align.model: the config.json of {folder.name!r} names no architecture (model_type), "
            "and is not that of a BERT of awesome-align either: it lacks "
            f"{', '.join(map(repr, lacking))}"
        )
    with TemporaryDirectory(prefix="spanferry-awesome-") as temporary:
        place = Path(temporary) / folder.resolve().name
        place.mkdir()
        for file in folder.iterdir():
            if file.is_file() and file.name != _CONFIG:
                (place / file.name).symlink_to(file.resolve())
        (place / _CONFIG).write_text(json.dumps({**config, "model_type": "bert"}), "utf-8")
        yield place
