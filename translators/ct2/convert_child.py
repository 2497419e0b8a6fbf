"""The child process of a conversion: `python -m spanferry.translators.ct2.convert_child TASK`."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def main(task: str) -> int:
    """Convert; 0 when done. The reason of a failure is the last line on stderr.

    Args:
        task: JSON with `from`, `to`, `weights`, `layer`, `heads`.
    """
    # the parent has fetched everything
    os.environ.update(HF_HUB_OFFLINE="1", TRANSFORMERS_VERBOSITY="error")
    given = json.loads(task)
    try:
        _convert(given)
    except Exception as error:
        first = str(error).strip().splitlines() or [""]
        print(f"{error.__class__.__name__}: {first[0]}", file=sys.stderr)
        return 1
    return 0


def _convert(task: dict[str, Any]) -> None:
    import numpy as np
    from ctranslate2.converters import TransformersConverter

    class Converter(TransformersConverter):  # type: ignore[misc]
        """The converter, with mBART mended, and told which attention gives the links."""

        def load_model(self, model_class: Any, name: str, **options: Any) -> Any:
            model = super().load_model(model_class, name, **options)
            if model.config.model_type == "mbart":
                _mend_mbart(model.config)
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


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
