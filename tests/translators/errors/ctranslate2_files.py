"""Rows of "ctranslate2" about folders of models, conversion and the cache."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from spanferry.data import errors
from tests.models.vocabulary import update_json
from tests.translators.ct2.process import ROOT, environment, translate
from tests.translators.errors.desk import Desk, Rows

row = Rows("ctranslate2", backend="ctranslate2")
row.builds(
    {
        "a folder that is not there": {"model": "./opus-en-de"},
        "a name that no file system takes": {"model": "a" * 5000},
    }
)
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:1\n"


def checkpoint(desk: Desk) -> Path:
    """A copy of the trained checkpoint, to spoil."""
    return Path(shutil.copytree(desk.request.getfixturevalue("trained_model"), "opus"))


def use(desk: Desk, **settings: Any) -> None:
    """A build with the folder `opus` and a cache of its own."""
    own = {"model": "opus", "cache_path": "cache", "device": "cpu", **settings}
    desk.build({"backend": "ctranslate2", **own}, targets=["qaa"])


@row("no model named, for languages that none comes with the package for")
def _(desk: Desk) -> None:
    desk.build(row.common, targets=["de"])


@row("a file in place of a folder")
def _(desk: Desk) -> None:
    use(desk, model=desk.write("model.bin", "x"))


@row("a revision of a folder")
def _(desk: Desk) -> None:
    checkpoint(desk)
    use(desk, revision="main")


@row("a folder without a model")
def _(desk: Desk) -> None:
    (desk.folder / "opus").mkdir()
    use(desk)


@row("a broken config.json")
def _(desk: Desk) -> None:
    desk.write("opus/config.json", "{")
    use(desk)


@row("a config.json that is no object")
def _(desk: Desk) -> None:
    desk.write("opus/config.json", "[]")
    use(desk)


@row("a checkpoint with code")
def _(desk: Desk) -> None:
    update_json(checkpoint(desk) / "config.json", {"auto_map": {"AutoModel": "evil.Model"}})
    use(desk)


@row("a checkpoint of another type")
def _(desk: Desk) -> None:
    update_json(checkpoint(desk) / "config.json", {"model_type": "llama"})
    use(desk)


@row("an mBART-25 checkpoint")
def _(desk: Desk) -> None:
    changed = {"model_type": "mbart", "tokenizer_class": "MBartTokenizer"}
    update_json(checkpoint(desk) / "config.json", changed)
    use(desk)


@row("a checkpoint without weights")
def _(desk: Desk) -> None:
    (checkpoint(desk) / "model.safetensors").unlink()
    use(desk)


@row("a checkpoint that lacks some of its weights")
def _(desk: Desk) -> None:
    folder = checkpoint(desk)
    names = [f"model-0000{n}-of-00002.safetensors" for n in (1, 2)]
    (folder / "model.safetensors").rename(folder / names[0])
    index = {"weight_map": dict(zip("ab", names, strict=True))}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index), "utf-8")
    use(desk)


@row("weights that were not pulled")
def _(desk: Desk) -> None:
    (checkpoint(desk) / "model.safetensors").write_text(POINTER, "utf-8")
    use(desk)


@row("conversion without its packages")
def _(desk: Desk) -> None:
    checkpoint(desk)
    desk.monkeypatch.setitem(sys.modules, "torch", None)  # what import takes for "not there"
    use(desk)


@row("weights that cannot be converted")
def _(desk: Desk) -> None:
    (checkpoint(desk) / "model.safetensors").write_bytes(b"\xff" * 1000)
    use(desk)


@row("a conversion that is killed")
def _(desk: Desk) -> None:
    checkpoint(desk)
    in_child(desk, "os.kill(os.getpid(), 9)")
    use(desk)


@row("a converter that crashes")
def _(desk: Desk) -> None:
    checkpoint(desk)
    in_child(desk, "os.kill(os.getpid(), 11)")
    use(desk)


@row("a checkpoint that changes while it is converted")
def _(desk: Desk) -> None:
    folder = checkpoint(desk)
    config = json.dumps(str(folder.absolute() / "generation_config.json"))
    in_child(desk, f"open({config}, 'a').write(' '); os._exit(0)")  # what it made does not matter
    use(desk)


@row("a cache that cannot be written")
def _(desk: Desk) -> None:
    checkpoint(desk)
    use(desk, cache_path=desk.write("cache", "a file"))


@row("a full disk while converting")
def _(desk: Desk) -> None:
    checkpoint(desk)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))  # as if the disk ended there
    try:
        use(desk)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


#: Loads a model, and once more when four megabytes are left: less than the stack of a thread.
_LOAD = """
import json, sys
from spanferry.data.errors import SpanferryError
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator
from tests.translators.ct2.process import _limit
def made(batch_tokens):
    settings = CTranslate2TranslatorSettings(batch_tokens=batch_tokens, **json.loads(sys.argv[1]))
    return CTranslate2Translator(settings, source_language="en", target_language="qaa")

first, second = made(1000), made(2000)
first.setup()
assert second.info.name
_limit(4 << 20)
try:
    second.setup()
except SpanferryError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


@row("too little memory for the model")
def _(desk: Desk) -> None:
    model = converted(desk).absolute()
    given = json.dumps({"model": str(model), "device": "cpu", "inter_threads": 1})
    done = subprocess.run(
        [sys.executable, "-c", _LOAD, given], cwd=ROOT, env=environment(MALLOC_ARENA_MAX="1"),
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    raise_error(*json.loads(done.stdout))


@row("too little memory to translate")
def _(desk: Desk) -> None:
    found = translate(
        desk.request.getfixturevalue("trained_model"),
        desk.request.getfixturevalue("converted_models"),
        {"MALLOC_ARENA_MAX": "1"},
        texts=["The old boat leaves at dawn. " * 2, "Rain."],
        beam_size=64, max_output_factor=50, keep_items=False, memory=4 << 20,
    )  # fmt: skip
    raise_error(*found["error"])


def raise_error(kind: str, text: str) -> NoReturn:
    """The error of a process of its own."""
    raise getattr(errors, kind)(text)


@row("a converted folder without a vocabulary")
def _(desk: Desk) -> None:
    desk.write("opus/model.bin", "x")
    use(desk)


@row("a converted folder with a broken vocabulary")
def _(desk: Desk) -> None:
    (converted(desk) / "shared_vocabulary.json").write_text("[", "utf-8")
    use(desk)


@row("a converted folder without a tokenizer")
def _(desk: Desk) -> None:
    for file in converted(desk).glob("*.spm"):
        file.unlink()
    use(desk)


@row("a converted folder that is damaged")
def _(desk: Desk) -> None:
    with (converted(desk) / "model.bin").open("r+b") as weights:
        weights.truncate(100_000)
    use(desk)


def converted(desk: Desk) -> Path:
    """A copy of the trained model as CTranslate2 has it, to spoil."""
    from spanferry.data.cache import Cache
    from spanferry.translators.ct2.convert import converted as convert
    from spanferry.translators.ct2.source import find

    cache = Cache(str(desk.request.getfixturevalue("converted_models")))
    trained = find(str(desk.request.getfixturevalue("trained_model")), None, cache)
    return Path(shutil.copytree(convert(trained, cache, "int8", -1, 1), "opus"))


def in_child(desk: Desk, code: str) -> None:
    """Let the process that converts run something when it starts."""
    desk.write("site/sitecustomize.py", f"import os\n{code}\n")
    desk.monkeypatch.setenv("PYTHONPATH", str(desk.folder / "site"))
