"""Training of the generator of candidates of `tprojection` on a labelled corpus."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from spanferry.data.errors import ConfigError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.training.state import Progress
from spanferry.flows.labelled_text import LabelledText
from spanferry.flows.train_config import GenerationTraining
from spanferry.projection.methods.tprojection.form import parse, tag_names
from spanferry.translators.ct2.convert import TASK
from spanferry.translators.generation.training.settings import GenerationReport
from spanferry.translators.generation.training.train import Data, Sizes, train

#: The text-to-text form; raised when it changes.
FORM = "1"


def train_generator(
    config: GenerationTraining, base: Path, progress: Callable[[Progress], None] | None
) -> GenerationReport:
    """Train as a configuration asks for; the checkpoint holds the names of the tags as well.

    Raises:
        ConfigError: there is nothing to learn from; or see `train`.
        InputError: a record cannot be read.
    """
    settings = config.settings
    source = LabelledText(config.source, "source", settings.seed)
    apart = (
        None
        if config.held_out is None
        else LabelledText(config.held_out, "held_out", settings.seed)
    )
    labels = dict.fromkeys([*source.labels, *(apart.labels if apart else ())])
    if unknown := sorted(config.tags.keys() - labels.keys()):
        raise ConfigError(
            f"tags: no span has the label {unknown[0]!r}; there are: {', '.join(sorted(labels))}"
        )
    names = tag_names(labels, config.tags)

    def data(size: Sizes) -> Data:
        skipped = Counter(unlabelled=source.unlabelled, rejected=source.rejected)
        longest = settings.max_tokens
        if apart is None:
            bound = source.bound(settings.held_out, settings.max_held_out)
            held = source.examples(names, size, longest, skipped, below=bound)
            return Data(
                source.examples(names, size, longest, skipped, above=bound), list(held), skipped
            )
        held = apart.examples(names, size, longest, skipped)
        return Data(source.examples(names, size, longest, skipped), list(held), skipped)

    return train(
        base,
        data,
        settings,
        config.output,
        parts_of=lambda output: parse(output, names),
        tags=[tag for name in dict.fromkeys(names.values()) for tag in (f"<{name}>", f"</{name}>")],
        files={TASK: json.dumps({"form": FORM, "tags": names}, ensure_ascii=False, indent=1)},
        made_of={
            "source": source.digest,
            "held_out": apart.digest if apart else "a part",
            "form": fingerprint(form=FORM, names=names),
        },
        progress=progress,
    )
