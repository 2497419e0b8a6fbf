"""Rows of "causal_lm", with small models."""

from __future__ import annotations

import json
import os
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spanferry.data.errors import SpanferryError
from tests.models.vocabulary import update_json
from tests.translators.errors.ctranslate2_files import raise_error
from tests.translators.errors.desk import Desk, Rows

row = Rows("causal_lm", backend="causal_lm", model="org/model")
row.builds(
    {
        "more alternatives than beams": {"n_best": 2},
        "a value that the template gets anyway": {"chat_template_kwargs": {"tokenize": True}},
        "examples of a language that is none": {"examples": [{"en": "Yes", "port ugal": "Sim"}]},
        "no example in both languages": {"examples": [{"en": "Yes", "es": "Sí"}]},
        "a file of examples that is not there": {"examples": "shown.jsonl"},
    }
)
YES = '{"en": "Yes", "pt": "Sim"}\n'


def use(desk: Desk, name: str = "llama", **settings: Any) -> None:
    """A build with a copy of a small model, in the folder `own` if there is none yet."""
    if not Path("own").exists():
        checkpoint(desk, name)
    own = {"model": "own", "device": "cpu", **settings}
    targets = own.pop("targets", ["pt"])
    desk.build({"backend": "causal_lm", **own}, targets=targets)


def checkpoint(desk: Desk, name: str = "llama") -> Path:
    """A copy of a small model, to spoil."""
    build: Callable[[str], Path] = desk.request.getfixturevalue("causal_checkpoint")
    return Path(shutil.copytree(build(name), "own"))


def gpus() -> int:
    """GPUs that PyTorch sees."""
    return int(pytest.importorskip("torch").cuda.device_count())


@row("a line of examples that is no object")
def _(desk: Desk) -> None:
    desk.build({**row.common, "examples": desk.write("shown.jsonl", f'{YES}["Yes", "Sim"]\n')})


@row("too many examples in a file")
def _(desk: Desk) -> None:
    desk.build({**row.common, "examples": desk.write("shown.jsonl", YES * 33)})


@row("a language without a name")
def _(desk: Desk) -> None:
    use(desk, targets=["qaa"])


@row("a device that is not there")
def _(desk: Desk) -> None:
    if gpus():
        pytest.skip("there is a GPU")
    use(desk, device="cuda")


@row("a GPU that is not there")
def _(desk: Desk) -> None:
    if not gpus():
        pytest.skip("there is no GPU")
    use(desk, device=f"cuda:{gpus()}")


@row("a folder without a model")
def _(desk: Desk) -> None:
    (desk.folder / "own").mkdir()
    use(desk)


@row("a model with an encoder")
def _(desk: Desk) -> None:
    update_json(checkpoint(desk) / "config.json", {"model_type": "t5", "is_encoder_decoder": True})
    use(desk)


@row("a model that is no decoder")
def _(desk: Desk) -> None:
    use(desk, "bert", chat=False)


@row("weights that cannot be read")
def _(desk: Desk) -> None:
    (checkpoint(desk) / "model.safetensors").write_bytes(b"\xff" * 1000)
    use(desk)


@row("a checkpoint that lacks weights")
def _(desk: Desk) -> None:
    update_json(checkpoint(desk) / "config.json", {"num_hidden_layers": 5, "layer_types": None})
    use(desk)


@row("a checkpoint without a tokenizer")
def _(desk: Desk) -> None:
    for file in checkpoint(desk).glob("tokenizer*"):
        file.unlink()
    use(desk)


@row("a tokenizer that is not fast")
def _(desk: Desk) -> None:
    folder = checkpoint(desk)
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer_config.json").write_text('{"tokenizer_class": "ByT5Tokenizer"}', "utf-8")
    use(desk)


@row("common beginnings, from a model that cannot share them")
def _(desk: Desk) -> None:
    use(desk, "bloom", share_prefixes=True)


@row("a chat, without a template")
def _(desk: Desk) -> None:
    use(desk, "gemma", chat=True)


@row("a chat, with a template that fails")
def _(desk: Desk) -> None:
    template(desk, "{{ raise_exception('no system message') }}")


@row("a chat, with a template without an end")
def _(desk: Desk) -> None:
    template(desk, "{% for message in messages %}{{ message.content }}\n{% endfor %}")


def template(desk: Desk, text: str) -> None:
    """A build with a template of one's own."""
    folder = checkpoint(desk)
    for file in folder.glob("chat_template*"):
        file.unlink()
    update_json(folder / "tokenizer_config.json", {"chat_template": text})
    use(desk)


@row("too little memory for the model")
def _(desk: Desk) -> None:
    from transformers import LlamaConfig, LlamaForCausalLM

    checkpoint(desk)
    config = LlamaConfig(
        hidden_size=64, intermediate_size=64, num_hidden_layers=1, num_attention_heads=2,
        vocab_size=400_000, tie_word_embeddings=True,
    )  # fmt: skip
    LlamaForCausalLM(config).save_pretrained("own")
    limited(lambda: use(desk), 32 << 20)


@row("too little memory for one text")
def _(desk: Desk) -> None:
    from spanferry.translators.causal_lm.settings import CausalLMTranslatorSettings
    from spanferry.translators.causal_lm.translator import CausalLMTranslator

    settings = CausalLMTranslatorSettings(model=str(checkpoint(desk, "bloom")), device="cpu")
    made = CausalLMTranslator(settings, source_language="en", target_language="es")
    made.setup()
    limited(lambda: made.score(["a " * 1000], ["b " * 900]), 32 << 20)


def limited(work: Callable[[], object], more: int) -> None:
    """Do something in a child that may take so many more bytes, and raise its error here."""
    import torch

    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            torch.set_num_threads(1)  # the threads of the parent are not there
            used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + more, resource.RLIM_INFINITY))
            work()
        except SpanferryError as error:
            os.write(writing, json.dumps([type(error).__name__, str(error)]).encode())
        finally:
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        found = told.read()
    os.waitpid(child, 0)
    raise_error(*json.loads(found))
