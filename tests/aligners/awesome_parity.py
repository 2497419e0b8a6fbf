"""Our links against those of the program `awesome-align`, on the same weights and pairs."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from spanferry.aligners.awesome import AwesomeAligner, AwesomeSettings
from spanferry.aligners.base import WordPair
from spanferry.aligners.matchers.base import VectorBatch

if TYPE_CHECKING:
    from torch import Tensor


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair whose links differ.

    Args:
        place: which pair.
        ours, theirs: links that only one side has, each with its margin: by how much the lesser
            of the two directions' probabilities exceeds the threshold by our numbers (in entmax,
            by how much the halved dot product exceeds the row's threshold). Links whose margins
            are within rounding error of 0 are ties.
    """

    place: int
    ours: dict[tuple[int, int], float]
    theirs: dict[tuple[int, int], float]

    @property
    def widest(self) -> float:
        """The largest margin of a link on which the two disagree."""
        return max(abs(margin) for margin in (*self.ours.values(), *self.theirs.values()))


def program_links(
    checkpoint: Path, pairs: Sequence[WordPair], settings: AwesomeSettings, folder: Path
) -> list[dict[tuple[int, int], float]]:
    """Links and probabilities of each pair by the program.

    Words must be free of white space and of `|||`; texts must fit in the program's 512 sub-words.
    """
    data, output, probabilities = (folder / name for name in ("pairs", "links", "probabilities"))
    data.write_text("".join(_line(pair) for pair in pairs), encoding="utf-8")
    extraction = {"softmax": "softmax", "entmax": "entmax15"}[settings.extraction]
    done = subprocess.run(
        [
            Path(sys.executable).with_name("awesome-align"),
            "--data_file", data, "--output_file", output, "--output_prob_file", probabilities,
            "--model_name_or_path", checkpoint, "--extraction", extraction,
            "--softmax_threshold", str(settings.threshold), "--align_layer", str(settings.layer),
            "--batch_size", "32", "--num_workers", "0", "--no_cuda",
        ],
        capture_output=True, text=True, check=False, timeout=3600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    lines = output.read_text().splitlines(), probabilities.read_text().splitlines()
    assert len(lines[0]) == len(pairs), (len(lines[0]), len(pairs), done.stdout[-1000:])
    return [
        {
            (int(source), int(target)): float(value)
            for (source, target), value in zip(
                (link.split("-") for link in links.split()), values.split(), strict=True
            )
        }
        for links, values in zip(*lines, strict=True)
    ]


def our_margins(
    aligner: AwesomeAligner, pairs: Sequence[WordPair]
) -> list[npt.NDArray[np.float32]]:
    """Of each pair the margin of each word pair's best sub-words, [source, target words]."""
    matcher = aligner.matcher()

    def least(batch: VectorBatch) -> Tensor:
        forward, reverse = matcher.margins(batch)
        return forward.minimum(reverse)

    return aligner.engine.similarities(pairs, least, aligner.token_type)


def compare(
    checkpoint: Path, pairs: Sequence[WordPair], settings: AwesomeSettings, folder: Path
) -> tuple[list[Difference], float]:
    """Run both on some pairs.

    Args:
        checkpoint: of a BERT, with `pytorch_model.bin` and `vocab.txt`, which the program needs.
        settings: ours, with `symmetrization: intersection`; `model` is set to the checkpoint.
        folder: for the program's files.

    Returns:
        The pairs that differ, and the widest gap between a link's score and the program's
        probability (ours have four digits).
    """
    aligner = AwesomeAligner(settings.model_copy(update={"model": str(checkpoint)}))
    aligner.setup()
    ours = aligner.align(pairs)
    theirs = program_links(checkpoint, pairs, settings, folder)
    margins = our_margins(aligner, pairs)
    differences, gap = [], 0.0
    for place, (mine, other) in enumerate(zip(ours, theirs, strict=True)):
        scores = {(link.source, link.target): link.score for link in mine}
        gap = max([gap, *(abs(scores[link] - other[link]) for link in scores.keys() & other)])
        alone = {link: float(margins[place][link]) for link in scores.keys() - other.keys()}
        missed = {link: float(margins[place][link]) for link in other.keys() - scores.keys()}
        if alone or missed:
            differences.append(Difference(place, alone, missed))
    return differences, gap


def program_checkpoint(checkpoint: Path, folder: Path) -> Path:
    """Any BERT checkpoint of transformers in the form that the program reads."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    model = AutoModel.from_pretrained(checkpoint)
    tokenizer = AutoTokenizer.from_pretrained(checkpoint)
    normalizer = tokenizer.backend_tokenizer.normalizer
    vocabulary = sorted(tokenizer.get_vocab().items(), key=lambda entry: int(entry[1]))
    assert [number for _, number in vocabulary] == list(range(len(vocabulary)))
    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("".join(f"{word}\n" for word, _ in vocabulary), "utf-8")
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"do_lower_case": bool(normalizer.lowercase), "max_len": 512}), "utf-8"
    )
    (folder / "config.json").write_text(json.dumps(model.config.to_dict()), "utf-8")
    weights = {f"bert.{name}": value.clone() for name, value in model.state_dict().items()}
    torch.save(weights, folder / "pytorch_model.bin")
    return folder


def _line(pair: WordPair) -> str:
    for word in (*pair.source, *pair.target):
        assert len(word.split()) == 1, f"not a word for the program: {word!r}"
        assert "|||" not in word, f"not a word for the program: {word!r}"
    return f"{' '.join(pair.source)} ||| {' '.join(pair.target)}\n"
