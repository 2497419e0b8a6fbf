"""Small decoder-only language models of real architectures, random or taught `LESSONS`."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from tests.models.encoders import SIZES, corpus
from tests.models.lessons import LESSONS

#: Tokens that the layers of `gemma` with a window see back to.
WINDOW = 48
#: As Qwen's and many others'.
CHAT_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message.role }}\n{{ message.content }}<|im_end|>\n"
    "{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
LEARNING_RATE, STEPS, GOAL = 6e-3, 400, 0.03


@cache
def lines() -> tuple[str, ...]:
    """What the tokenizers are trained on: prompts as the backend writes them."""
    lessons = [f"English: {a.text('en')}\nSpanish: {a.text('es')}\n" for a in LESSONS]
    return (*corpus()[::4], *lessons * 5)


def gemma(folder: Path, *, seed: int = 3) -> Path:
    """As google/gemma-3-270m: pieces that begin with a blank, <bos>, layers with a window."""
    from tokenizers import Tokenizer, decoders, models, normalizers, trainers
    from transformers import Gemma3TextConfig

    special = ["<pad>", "<eos>", "<bos>", "<unk>"]
    tokenizer = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True))
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    trainer = trainers.BpeTrainer(vocab_size=600, special_tokens=special, show_progress=False)
    words = [f" {word}" for line in lines() for word in line.replace("\n", " ").split(" ")]
    tokenizer.train_from_iterator([*words, "\n", "\n\n"], trainer)
    tokenizer.decoder = decoders.Replace("▁", " ")
    config = Gemma3TextConfig(
        num_key_value_heads=1, head_dim=16, sliding_window=WINDOW, sliding_window_pattern=2,
        max_position_embeddings=256, query_pre_attn_scalar=16, vocab_size=0, **SIZES,
    )  # fmt: skip
    return _save(folder, config, tokenizer, seed, bos="<bos>", eos="<eos>", pad="<pad>")


def llama(folder: Path, *, seed: int = 4) -> Path:
    """As Llama 3 and Qwen: pieces of bytes, no token before a text, a chat template."""
    from transformers import LlamaConfig

    config = LlamaConfig(num_key_value_heads=2, max_position_embeddings=256, vocab_size=0, **SIZES)
    return _save(folder, config, _bytes(), seed, eos="<|im_end|>", chat=CHAT_TEMPLATE)


def bloom(folder: Path, *, seed: int = 5) -> Path:
    """A model whose positions are the distances that its mask tells: it takes no trees."""
    from transformers import BloomConfig

    config = BloomConfig(hidden_size=48, n_layer=2, n_head=4, vocab_size=0)
    return _save(folder, config, _bytes(), seed, eos="<|im_end|>")


def bert(folder: Path, *, seed: int = 6) -> Path:
    """No decoder, though `AutoModelForCausalLM` loads it."""
    from transformers import BertConfig

    return _save(folder, BertConfig(vocab_size=0, **SIZES), _bytes(), seed, eos="<|im_end|>")


def taught(folder: Path) -> Path:
    """`gemma` when it knows the Spanish of all lessons by heart."""
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    gemma(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForCausalLM.from_pretrained(folder)
    texts = [f"English: {a.text('en')}\nSpanish: {a.text('es')}\n" for a in LESSONS]
    tokens = [[tokenizer.bos_token_id, *tokenizer(text).input_ids] for text in texts]
    width = max(map(len, tokens))
    given = torch.tensor([[*row, *[0] * (width - len(row))] for row in tokens])
    wanted = given.clone()
    wanted[given == 0] = -100
    for row, text in enumerate(texts):  # the English is not for the model to guess
        prompt = tokenizer(text[: text.index("\n") + len("\nSpanish:")]).input_ids
        wanted[row, : len(prompt) + 1] = -100
    optimizer = torch.optim.Adam(model.parameters(), lr=LEARNING_RATE, betas=(0.9, 0.98))
    threads = torch.get_num_threads()
    torch.set_num_threads(1)  # the same weights on any number of cores
    for step in range(STEPS):
        for group in optimizer.param_groups:
            group["lr"] = LEARNING_RATE * min(1.0, (step + 1) / 20)
        logits = model(given, use_cache=False).logits[:, :-1].flatten(0, 1)
        losses = torch.nn.functional.cross_entropy(
            logits, wanted[:, 1:].flatten(), ignore_index=-100, reduction="none"
        )
        if losses.max().item() < GOAL:
            break
        optimizer.zero_grad()
        torch.autograd.backward(losses.sum() / (wanted != -100).sum())
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    torch.set_num_threads(threads)
    assert losses.max().item() < GOAL, losses.max().item()
    model.save_pretrained(folder)
    return folder


def _bytes() -> Any:
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.BPE())
    # as Llama 3: a line break may be one piece with the full stop before it
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(_pattern(), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=700,
        special_tokens=["<|im_start|>", "<|im_end|>"],
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    tokenizer.train_from_iterator(lines(), trainer)
    return tokenizer


def _pattern() -> Any:
    from tokenizers import Regex

    return Regex(r" ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+")


def _save(
    folder: Path, config: Any, tokenizer: Any, seed: int, *, eos: str, bos: str | None = None,
    pad: str | None = None, chat: str | None = None,
) -> Path:  # fmt: skip
    """A model of random weights, three times as large as usual: context must count."""
    import torch
    from transformers import AutoModelForCausalLM, PreTrainedTokenizerFast

    given = {"bos_token": bos, "eos_token": eos, "pad_token": pad}
    fast = PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, **{name: token for name, token in given.items() if token}
    )
    fast.chat_template = chat
    config.vocab_size = len(fast)
    config.eos_token_id, config.bos_token_id = fast.eos_token_id, fast.bos_token_id
    config.pad_token_id = fast.pad_token_id
    config.initializer_range = 0.06
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    AutoModelForCausalLM.from_config(config).save_pretrained(folder)
    torch.set_rng_state(state)
    fast.save_pretrained(folder)
    return folder
