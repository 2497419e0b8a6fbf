"""The converted student on pairs that were held out: as a user would use it, beside the teacher."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from spanferry.data.languages import base
from spanferry.data.machine import cores
from spanferry.flows.distilling.link_figures import link_figures
from spanferry.flows.distilling.report import Figures, Sample
from spanferry.translators.base import Translation
from spanferry.translators.ct2.settings import CTranslate2TranslatorSettings
from spanferry.translators.ct2.translator import CTranslate2Translator
from spanferry.translators.distil.pairs import PairStore

SAMPLES = 20
#: Sentences translated before the clock starts, so that threads and memory are there.
WARM_UP = 32
#: How sacrebleu cuts words of languages that set no blanks between them; 13a cuts the others.
TOKENIZERS = {"zh": "zh", **dict.fromkeys(("ja", "th", "km", "lo", "my", "bo", "dz"), "char")}


def measure(model: Path, pairs: PairStore, *, source: str, target: str) -> Figures:
    """Translate the held-out sources with a converted model and put it beside the teacher's output.

    Args:
        model: folder of the converted model.
        pairs: whose held-out ones are used.
        source, target: languages, as BCP-47 codes.

    Raises:
        ConfigError: the model cannot be loaded.
        MissingExtraError: ctranslate2 is not installed.
    """
    held_out = pairs.held_out()
    sources, wanted = [a for a, _ in held_out], [b for _, b in held_out]
    settings = CTranslate2TranslatorSettings(model=str(model))
    student = CTranslate2Translator(settings, source_language=source, target_language=target)
    student.setup()
    student.translate_texts(sources[:WARM_UP])
    start = time.perf_counter()
    done = student.translate_texts(sources)
    seconds = time.perf_counter() - start
    texts = [_text(each) for each in done]
    chrf, bleu, signatures = scores([text or "" for text in texts], wanted, target)
    return Figures(
        sentences=len(sources),
        chrf=chrf,
        bleu=bleu,
        signatures=signatures,
        same=sum(a == b for a, b in zip(texts, wanted, strict=True)) / max(1, len(wanted)),
        failed=dict(sorted(Counter(each.error for each in done if each.error).items())),
        seconds=round(seconds, 3),
        engine=student.info.source,
        beam_size=settings.beam_size,
        cores=cores(),
        links=link_figures(student, pairs) if pairs.has_links else None,
        bytes=sizes(model),
        samples=tuple(
            Sample(source=a, teacher=b, student=c)
            for a, b, c in spread(list(zip(sources, wanted, texts, strict=True)), SAMPLES)
        ),
    )


def _text(translation: Translation) -> str | None:
    return None if translation.error else translation.text


def scores(
    outputs: Sequence[str], wanted: Sequence[str], language: str
) -> tuple[float, float, dict[str, str]]:
    """chrF2 and BLEU of a corpus, 0 to 100, and how sacrebleu computed each.

    Popović (2015), "chrF: character n-gram F-score for automatic MT evaluation"; Papineni et al.
    (2002), "BLEU: a method for automatic evaluation of machine translation"; Post (2018), "A call
    for clarity in reporting BLEU scores", on the signatures.

    >>> scores(["O gato dorme bem."], ["O gato dorme bem."], "pt")[:2]
    (100.0, 100.0)
    """
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    metrics: dict[str, Any] = {
        "chrF": CHRF(), "BLEU": BLEU(tokenize=TOKENIZERS.get(base(language), "13a"))
    }  # fmt: skip
    found = {
        name: metric.corpus_score(list(outputs), [list(wanted)]).score
        for name, metric in metrics.items()
    }
    signatures = {name: str(metric.get_signature()) for name, metric in metrics.items()}
    return round(found["chrF"], 2), round(found["BLEU"], 2), signatures


def spread(rows: Sequence[Any], count: int) -> list[Any]:
    """So many rows at even distances, all of them if there are fewer.

    >>> spread("abcdefgh", 3)
    ['a', 'c', 'f']
    """
    few = min(count, len(rows))
    return [rows[number * len(rows) // few] for number in range(few)]


def sizes(folder: Path) -> dict[str, int]:
    """Bytes of the files of a model, by name."""
    return {file.name: file.stat().st_size for file in sorted(folder.iterdir()) if file.is_file()}
