"""The hidden states of one layer, without computing those above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from spanferry.data.errors import ConfigError

if TYPE_CHECKING:
    from torch import Tensor, nn


class _ReachedError(Exception):
    """Ends a forward pass that has come to the layer that is not needed any more."""

    def __init__(self, hidden: Any) -> None:
        super().__init__()
        self.hidden = hidden


class Encoder:
    """A model, cut behind a layer.

    `hidden_states[k]` of transformers is what layer k (from 0) is given, and the last one is what
    the model gives (behind its last normalisation, if it has one). So the pass is ended where
    layer k begins, and the layers from there on are dropped. A model whose layers are not a list
    (ALBERT shares one) is run whole.

    Args:
        model: a model of transformers, evaluating.
        layer: 0 for the embeddings, k for what k layers give; negative counts from the top.

    Raises:
        ConfigError: the model has no such layer.
    """

    def __init__(self, model: Any, layer: int, key: str = "align.layer") -> None:
        if getattr(model.config, "is_encoder_decoder", False):
            model = model.get_encoder()
        self.model: Any = model
        self.layer = resolve_layer(model.config, layer, key)
        count = _layers(model.config)
        self.width = int(model.config.get_text_config().hidden_size)
        self._whole = self.layer == count
        self._stack: nn.ModuleList | None = None if self._whole else _stack(model, count)
        if self._stack is not None:
            del self._stack[self.layer + 1 :]
            # the first layer that is not needed stays as a landmark: models read its attributes
            self._stack[self.layer].register_forward_pre_hook(_end, with_kwargs=True)

    @property
    def used_layers(self) -> list[Any]:
        """The layers that are computed; empty for a model whose layers are not a list."""
        if self._stack is not None:
            return list(self._stack)[: self.layer]
        stack = _stack(self.model, self.layer) if self._whole else None
        return list(stack) if stack is not None else []

    def __call__(self, ids: Tensor, mask: Tensor) -> Tensor:
        """Hidden states [sequences, length, width] of padded token numbers."""
        hidden: Tensor
        if self._whole:
            hidden = self.model(input_ids=ids, attention_mask=mask).last_hidden_state
            return hidden
        if self._stack is None:
            states = self.model(input_ids=ids, attention_mask=mask, output_hidden_states=True)
            hidden = states.hidden_states[self.layer]
            return hidden
        try:
            self.model(input_ids=ids, attention_mask=mask)
        except _ReachedError as reached:
            hidden = reached.hidden
        else:
            raise ConfigError(
                f"the layers of {type(self.model).__name__} are not run one after another; "
                "this model cannot be used"
            )
        return hidden


def resolve_layer(config: Any, layer: int, key: str = "align.layer") -> int:
    """The layer counted from the bottom.

    Raises:
        ConfigError: the model has no such layer.
    """
    count = _layers(config)
    if not -count - 1 <= layer <= count:
        raise ConfigError(
            f"{key}: {layer}, but the model has {count} layers (0, the embeddings, to {count}, "
            f"or -1 to {-count - 1} from the top)"
        )
    return layer if layer >= 0 else count + 1 + layer


def _layers(config: Any) -> int:
    text = config.get_text_config()
    return int(getattr(text, "encoder_layers", None) or text.num_hidden_layers)


def _end(_module: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    raise _ReachedError(args[0] if args else kwargs["hidden_states"])


def _stack(model: Any, count: int) -> nn.ModuleList | None:
    """The list of the model's layers: as many as there are, all alike, nearest to the top."""
    from torch import nn

    found = [
        (name.count("."), name, module)
        for name, module in model.named_modules()
        if isinstance(module, nn.ModuleList)
        and len(module) == count
        and len({type(layer) for layer in module}) == 1
        and any(True for _ in module.parameters())
    ]
    return min(found, key=lambda entry: entry[:2])[2] if found else None


def position_limit(model: Any) -> int | None:
    """Sub-words, special tokens included, that a model has positions for; None without limit.

    RoBERTa numbers positions from behind the padding token's number: 514 positions hold 512.
    """
    from torch import nn

    if getattr(model.config, "is_encoder_decoder", False):
        model = model.get_encoder()
    limit = getattr(model.config.get_text_config(), "max_position_embeddings", None)
    if not isinstance(limit, int) or limit < 1:
        return None
    for name, module in model.named_modules():
        if (
            name.endswith("position_embeddings")
            and type(module) is nn.Embedding
            and module.padding_idx is not None
        ):
            return int(module.num_embeddings) - int(module.padding_idx) - 1
    return int(limit)
