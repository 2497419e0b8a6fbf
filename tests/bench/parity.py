"""Our links against those of the packages, pair for pair, on the same weights.

usage: python -m tests.bench.parity simalign PAIRS MODEL [--layer N] [--pairs N] [--distortion X]
       python -m tests.bench.parity awesome PAIRS MODEL [--layer N] [--pairs N]

PAIRS is a file of JSON lines with `src_tokens` and `tgt_tokens`, MODEL a checkpoint's folder. Of
simalign all methods are compared, over sub-words and over words; of awesome-align's program both
extractions. Pairs that differ are listed with the cause; a tie is one that rounding explains.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

from spanferry.aligners.awesome import AwesomeSettings
from spanferry.aligners.base import WordPair
from spanferry.aligners.matchers.simalign import Method
from spanferry.aligners.matchers.softmax import Extraction
from spanferry.aligners.simalign import SimalignSettings
from tests.aligners import awesome_parity, parity
from tests.bench.align import read_pairs

TOKEN_TYPES: tuple[Literal["bpe", "word"], ...] = ("bpe", "word")


def main() -> None:
    """See the module's text."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.parity")
    parser.add_argument("package", choices=["simalign", "awesome"])
    parser.add_argument("file", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--layer", type=int, default=8)
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--distortion", type=float, default=0.0)
    given = parser.parse_args()
    pairs = read_pairs(given.file)[: given.pairs]
    if given.package == "simalign":
        simalign(pairs, given)
    else:
        awesome(pairs, given)


def simalign(pairs: Sequence[WordPair], given: argparse.Namespace) -> None:
    """Each method and token type."""
    for token_type in TOKEN_TYPES:
        settings = SimalignSettings(
            model=str(given.model), layer=given.layer, token_type=token_type,
            distortion=given.distortion,
        )  # fmt: skip
        found = parity.compare(pairs, settings, methods=get_args(Method))
        for method, differences in found.items():
            ties = sum(each.is_tie for each in differences)
            print(f"{method:8} {token_type:5} {len(pairs)} pairs: {len(differences)} differ, "
                  f"{ties} of them ties", flush=True)  # fmt: skip
            for each in differences:
                print(f"  {each}")


def awesome(pairs: Sequence[WordPair], given: argparse.Namespace) -> None:
    """Each extraction."""
    with tempfile.TemporaryDirectory() as name:
        checkpoint = awesome_parity.program_checkpoint(given.model, Path(name) / "checkpoint")
        for extraction in get_args(Extraction):
            folder = Path(name) / extraction
            folder.mkdir()
            settings = AwesomeSettings(
                model=str(checkpoint), layer=given.layer, extraction=extraction
            )
            differences, gap = awesome_parity.compare(checkpoint, pairs, settings, folder)
            print(f"{extraction:8} {len(pairs)} pairs: {len(differences)} differ, scores within "
                  f"{gap:.1e}", flush=True)  # fmt: skip
            for each in differences:
                print(f"  {each}")


if __name__ == "__main__":
    main()
