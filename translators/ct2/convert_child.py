"""The child process of a conversion: `python -m spanferry.translators.ct2.convert_child TASK`."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import Any

#: Exit statuses: the checkpoint is at fault; memory ran out; the cache cannot be written.
FAILED, MEMORY, DISK = 1, 3, 4
_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}
_NO_MEMORY = ("can't allocate memory", "cannot allocate memory", "bad_alloc", "out of memory")
#: Seconds between two looks at whether the parent is there.
_LOOK = 0.2


def main(task: str) -> int:
    """Convert; 0 when done. The reason of a failure is the last line on stderr.

    Args:
        task: JSON with `from`, `to`, `weights`, `layer`, `heads`, `parent`.
    """
    given = json.loads(task)
    threading.Thread(target=_end_with, args=(given["parent"],), daemon=True).start()
    # the parent has fetched everything
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")
    try:
        _convert(given)
    except Exception as error:
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        print(f"{error.__class__.__name__}: {lines[0] if lines else ''}", file=sys.stderr)
        return _status(error)
    return 0


def _status(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno in _DISK:
        return DISK
    text = str(error).lower()
    if isinstance(error, MemoryError) or any(words in text for words in _NO_MEMORY):
        return MEMORY
    return FAILED


def _end_with(parent: int) -> None:
    """End when the parent does; killed with -9 it cannot tell, but we get another parent."""
    while os.getppid() == parent:
        time.sleep(_LOOK)
    os._exit(FAILED)


def _convert(task: dict[str, Any]) -> None:
    import numpy as np
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]
        """The converter, with mBART and T5 mended, and told which attention gives the links."""

        def load_model(self, model_class: Any, name: str, **options: Any) -> Any:
            # weights that are pickled are read without running what the pickle says
            model = super().load_model(model_class, name, weights_only=True, **options)
            if model.config.model_type == "mbart":
                _mend_mbart(model.config)
            if model.config.model_type in {"t5", "mt5", "umt5"}:
                _mend_t5(model.config, name)
            return model

        def _load(self) -> Any:
            spec = super()._load()
            spec.decoder.alignment_layer = np.dtype("int16").type(task["layer"])
            spec.decoder.alignment_heads = np.dtype("int16").type(task["heads"])
            return spec

    Converter(task["from"]).convert(task["to"], quantization=task["weights"], force=True)


def _mend_mbart(config: Any) -> None:
    """Tell the converter of CTranslate2 4.8 what transformers 5 no longer says of an mBART model.

    Configurations that transformers 5 saved lack `normalize_before` and `normalize_embedding`,
    which the converter reads (all mBART models are pre-norm and normalise their embeddings), and
    `tokenizer_class`, by which it tells mBART-50 from mBART-25.
    """
    config.normalize_before = True
    config.normalize_embedding = True
    config.tokenizer_class = "MBart50Tokenizer"


def _mend_t5(config: Any, folder: str) -> None:
    """Tell the converter of CTranslate2 4.8 whether the outputs of a T5 model are scaled.

    It goes by `tie_word_embeddings`, which transformers 5 sets to true for all T5 models, whatever
    their config.json says. MADLAD-400, T5 v1.1, mT5 and UMT5 say false and are not scaled; scaled
    all the same, every token gets too little probability (measured: a score of -3 where 0 is
    right), and beam search finds wrong translations. Greedy ones stay right.
    """
    given = json.loads(Path(folder, "config.json").read_text("utf-8"))
    # transformers 5 writes `scale_decoder_outputs` for T5; for mT5 it never scales
    tied = given.get("tie_word_embeddings", config.model_type == "t5")
    scaled = given.get("scale_decoder_outputs", tied and config.model_type != "mt5")
    config.tie_word_embeddings = bool(scaled)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
