"""Generation of candidates: texts and outputs a second by the number of beams.

usage: python -m tests.bench.t5 [MODEL] [--sentences N] [--beams B...] [--compute-type T]

MODEL is the output of `spanferry train` with `kind: tprojection`; without one, a model as large as
google/mt5-small (8 + 8 layers, 512 wide, 250,112 sub-words) with random weights is made, whose
outputs run to the limit of their length: the slowest there can be.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path

from spanferry.projection.methods.tprojection.form import source_text
from spanferry.projection.services import Calls
from spanferry.translators.generation import TextGenerator, TextGeneratorSettings
from tests.models.mt5 import build_mt5, plain_pairs

NAMES = {"PER": "Person", "LOC": "Location"}
#: Sub-words of google/mt5-small.
PIECES = 250_112


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.t5")
    parser.add_argument("model", nargs="?", type=Path)
    parser.add_argument("--sentences", type=int, default=200)
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 5, 15])
    parser.add_argument("--compute-type", default="auto")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        model = given.model or mt5_sized(Path(name, "mt5"))
        for beams in given.beams:
            speed(model, Path(name, "cache"), given.sentences, beams, given.compute_type)


def mt5_sized(folder: Path) -> Path:
    """mT5, 8 + 8 layers, 512 wide, as google/mt5-small (300 million weights)."""
    import torch
    from transformers import MT5Config, MT5ForConditionalGeneration

    build_mt5(folder)  # its tokenizer; the vocabulary is filled up by the weights
    config = MT5Config(
        vocab_size=PIECES, d_model=512, d_kv=64, d_ff=1024, num_layers=8, num_heads=6,
        pad_token_id=0, eos_token_id=1, decoder_start_token_id=0,
    )  # fmt: skip
    torch.manual_seed(5)
    MT5ForConditionalGeneration(config).to(torch.bfloat16).save_pretrained(folder)
    return folder


def speed(model: Path, cache: Path, sentences: int, beams: int, compute_type: str) -> None:
    """One line."""
    chosen = plain_pairs(sentences * 4, seed=77)[:sentences]
    texts = [source_text(p.target, [name.kind for name in p.names], NAMES) for p in chosen]
    calls = Calls()
    settings = TextGeneratorSettings.model_validate(
        {"model": str(model), "cache_path": str(cache), "beam_size": beams,
         "compute_type": compute_type}
    )  # fmt: skip
    generator = TextGenerator(settings, calls)
    generator.setup()
    generator.generate(texts[:20])
    start = time.perf_counter()
    found = generator.generate(texts)
    seconds = time.perf_counter() - start
    print(
        f"{beams} beams, {generator.info.source}: {len(texts) / seconds:.1f} texts a second, "
        f"{sum(map(len, found)) / len(texts):.1f} outputs a text"
    )


if __name__ == "__main__":
    main()
