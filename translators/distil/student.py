"""The model of a student: made, saved, loaded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spanferry.data.backends import require
from spanferry.data.checkpoints import check_weights, read_config, read_json
from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.quiet import quiet
from spanferry.translators.distil.settings import StudentSettings
from spanferry.translators.distil.vocabulary import EXTRA, USER, Vocabulary

if TYPE_CHECKING:
    from torch import Tensor

_KEY = "settings.start"
#: What the converter wants to read in `config.json`: how Marian's own models differ.
_OF_MARIAN = {
    "normalize_before": False, "normalize_embedding": False, "add_bias_logits": False,
    "add_final_layer_norm": False, "static_position_embeddings": True,
}  # fmt: skip
#: Beams of those who translate with `transformers`.
_BEAMS = 4


def make(settings: StudentSettings, vocabulary: Vocabulary) -> Any:
    """A `MarianMTModel` with weights at their start, drawn from torch's global generator.

    One matrix of embeddings serves source, target and output. Attention is computed step by step
    (`eager`): the weights of the guided head are wanted, and for sentences the fused kernels are no
    faster (on two CPU cores the backward pass of a student 384 wide took 0.61 seconds with them,
    and 0.31 so).

    Raises:
        MissingExtraError: torch or transformers is not installed.
    """
    torch = require("torch", extra=EXTRA, user=USER)
    transformers = require("transformers", extra=EXTRA, user=USER)
    size, padding = len(vocabulary), vocabulary.padding
    model: Any = transformers.MarianMTModel(
        transformers.MarianConfig(
            vocab_size=size,
            d_model=settings.dimension,
            encoder_layers=settings.encoder_layers,
            decoder_layers=settings.decoder_layers,
            encoder_attention_heads=settings.heads,
            decoder_attention_heads=settings.heads,
            encoder_ffn_dim=settings.feed_forward,
            decoder_ffn_dim=settings.feed_forward,
            activation_function="relu",
            scale_embedding=True,
            tie_word_embeddings=True,
            max_position_embeddings=settings.positions,
            pad_token_id=padding,
            eos_token_id=vocabulary.end,
            bos_token_id=vocabulary.end,
            decoder_start_token_id=padding,
            dropout=settings.dropout,
            attn_implementation="eager",
        )
    )
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if weight.ndim == 2 and "embed_positions" not in name:
                if weight.shape[0] == size:
                    weight.normal_(0.0, settings.dimension**-0.5)
                else:
                    torch.nn.init.xavier_uniform_(weight)
        # the decoder starts with <pad>, and CTranslate2 starts with a vector of zeros
        model.get_input_embeddings().weight[padding] = 0.0
    model.generation_config = transformers.GenerationConfig(
        pad_token_id=padding, eos_token_id=vocabulary.end, decoder_start_token_id=padding,
        bad_words_ids=[[padding]], max_length=settings.positions, num_beams=_BEAMS,
    )  # fmt: skip
    return model


def begin_with(model: Any, folder: Path) -> None:
    """Put the weights of a checkpoint of the same shape into a student.

    Raises:
        ConfigError: there is none, or it has another shape.
    """
    transformers = require("transformers", extra=EXTRA, user=USER)
    read_config(folder, str(folder), _KEY)
    check_weights(folder, str(folder), _KEY)
    try:
        with quiet(transformers):
            other = transformers.MarianMTModel.from_pretrained(folder)
        model.load_state_dict(other.state_dict())
    except Exception as error:  # whatever a damaged file makes the libraries below raise
        reason = str(error).strip().splitlines()
        raise ConfigError(
            f"{_KEY}: {str(folder)!r} does not fit the student that is asked for: "
            f"{reason[1].strip() if len(reason) > 1 else error}"
        ) from error


def save(model: Any, folder: Path, longest: int) -> None:
    """Write weights and configuration beside the vocabulary's files.

    Args:
        longest: sub-words of the longest sentence that it was trained with, end token included.
            Beyond it a translation breaks off or loops, whatever room there is for positions.
    """
    import transformers

    with quiet(transformers):
        model.save_pretrained(folder)
    config = read_json(folder / "config.json") | _OF_MARIAN
    write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", folder / "config.json")
    tokenizer = read_json(folder / "tokenizer_config.json") | {"model_max_length": longest}
    write_text(json.dumps(tokenizer, indent=1) + "\n", folder / "tokenizer_config.json")


def size(model: Any) -> int:
    """Weights of a model, those that are used twice counted once; fixed positions are none."""
    return sum(value.numel() for value in model.parameters() if value.requires_grad)


def attended(model: Any, source: Tensor, target: Tensor, *, heads: bool) -> tuple[Tensor, Any]:
    """The decoder's states before the output matrix, and the guided head's attention.

    Args:
        source, target: ids, padded; the target without a start token, with its end token.
        heads: whether attention is wanted; None otherwise.

    Returns:
        [sentences, target, dimension] and [sentences, target, source].
    """
    import torch

    padding = model.config.pad_token_id
    start = torch.full_like(target[:, :1], padding)
    output = model.model(
        input_ids=source,
        attention_mask=(source != padding).long(),
        decoder_input_ids=torch.cat([start, target[:, :-1]], 1),
        use_cache=False,
        output_attentions=heads,
    )
    guided = output.cross_attentions[-1][:, 0] if heads else None
    return output.last_hidden_state, guided
