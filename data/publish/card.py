"""The dataset card: the metadata that the Hub and `load_dataset` read, over the text of body.py."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from spanferry.data.backends import BackendInfo
from spanferry.data.languages import base
from spanferry.data.publish.features import Columns
from spanferry.data.publish.inventory import Inventory
from spanferry.data.publish.label_names import LabelNames
from spanferry.data.publish.summary import PublishSummary

if TYPE_CHECKING:
    from datasets import Features

TAGS = ["spanferry", "silver-data", "annotation-projection"]
#: Size classes of the Hub: a dataset belongs to the first that it does not reach.
_SIZES = (
    (1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"), (100_000_000, "10M<n<100M"), (1_000_000_000, "100M<n<1B"),
)  # fmt: skip
_SIZE_ABOVE = "n>1B"


@dataclass(frozen=True, slots=True)
class BackendUse:
    """A backend, the stage that it did, and the target languages (none named: all)."""

    stage: str
    info: BackendInfo
    languages: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FilterRule:
    """A filter as the card shows it: name, what it accepts (`at least 0.3`), what it measures."""

    name: str
    rule: str
    description: str


@dataclass(frozen=True, slots=True)
class CardInfo:
    """What the card says besides the counts.

    Args:
        name: title of the dataset.
        source_language: BCP-47 code of the corpus.
        backends: what did the stages, in their order.
        filters: the filters in their order.
        source: what the corpus is, in words (reader and file name, or hub name).
        source_datasets: hub names of the corpus, where it has one.
        license: SPDX id of the licence of the corpus, and so of the dataset; the card has it in
            lower case, as the Hub writes them, and `unknown` for None.
        hub: name on the Hub, for the example of loading.
        version: of spanferry.
    """

    name: str
    source_language: str
    backends: Sequence[BackendUse] = ()
    filters: Sequence[FilterRule] = ()
    source: str = ""
    source_datasets: Sequence[str] = ()
    license: str | None = None
    hub: str | None = None
    version: str = ""


@dataclass(frozen=True, slots=True)
class SplitSize:
    """Rows of a split; bytes of its columns uncompressed; bytes of its files."""

    rows: int
    bytes: int
    file_bytes: int


@dataclass(frozen=True, slots=True)
class Config:
    """A configuration of the dataset: the splits of one language.

    Args:
        features: its types, where labels have names of their own in the language.
    """

    language: str
    splits: Mapping[str, SplitSize]
    features: Features | None = None


def dataset_card(
    info: CardInfo,
    summary: PublishSummary,
    columns: Columns,
    features: Features,
    configs: Sequence[Config],
    label_names: Mapping[str, LabelNames],
) -> str:
    """The text of README.md; the same arguments give the same text."""
    from spanferry.data.publish.body import body

    metadata = card_metadata(info, columns.inventory, features, configs)
    text = body(info, summary, columns, configs, label_names)
    return f"---\n{metadata}\n---\n\n{text}"


def default_config(configs: Sequence[Config]) -> str:
    """The configuration that is loaded when none is named: the language, or `all` of several."""
    languages = [config.language for config in configs]
    if len(languages) == 1:
        return languages[0]
    return "all_languages" if "all" in languages else "all"  # `all` is the code of Allar


def card_metadata(
    info: CardInfo, inventory: Inventory, features: Features, configs: Sequence[Config]
) -> str:
    """The metadata block as YAML, made by `huggingface_hub` and `datasets`."""
    from datasets.info import DatasetInfosDict
    from huggingface_hub import DatasetCardData

    codes = [config.language for config in configs]
    extra: dict[str, Any] = {"configs": _data_files(configs)}
    if any(base(code) != code for code in codes):
        extra["language_bcp47"] = codes
    total = sum(size.rows for config in configs for size in config.splits.values())
    data = DatasetCardData(
        annotations_creators=["machine-generated"],
        language_creators=["machine-generated"],
        language=list(dict.fromkeys(map(base, codes))),
        license=(info.license or "unknown").lower(),
        pretty_name=info.name,
        size_categories=[size_category(total)],
        source_datasets=list(info.source_datasets) or None,
        task_categories=task_categories(inventory) or None,
        tags=TAGS,
        **extra,
    )
    DatasetInfosDict(_infos(features, configs)).to_dataset_card_data(data)
    return str(data.to_yaml())


def _data_files(configs: Sequence[Config]) -> list[dict[str, Any]]:
    """The `configs` of the card. The files of `rejected/` stand in none of them."""

    def files(part: Sequence[Config]) -> list[dict[str, Any]]:
        splits = dict.fromkeys(split for config in part for split in config.splits)
        found = []
        for split in splits:
            paths = [f"data/{each.language}/{split}-*" for each in part if split in each.splits]
            found.append({"split": split, "path": paths[0] if len(paths) == 1 else paths})
        return found

    default = default_config(configs)
    named = {config.language: files([config]) for config in configs}
    if default not in named:
        named = {default: files(configs), **named}
    return [
        {
            "config_name": name,
            "data_files": data_files,
            **({"default": True} if name == default else {}),
        }
        for name, data_files in named.items()
    ]


def _infos(features: Features, configs: Sequence[Config]) -> dict[str, Any]:
    from datasets import DatasetInfo, SplitDict, SplitInfo

    def made(part: Sequence[Config], features: Features) -> DatasetInfo:
        splits = SplitDict()
        for name in dict.fromkeys(split for config in part for split in config.splits):
            sizes = [each.splits[name] for each in part if name in each.splits]
            rows, size = sum(each.rows for each in sizes), sum(each.bytes for each in sizes)
            splits.add(SplitInfo(name, num_bytes=size, num_examples=rows))
        files = sum(size.file_bytes for config in part for size in config.splits.values())
        total = sum(each.num_bytes for each in splits.values())
        return DatasetInfo(
            features=features, splits=splits, download_size=files, dataset_size=total
        )

    infos = {each.language: made([each], each.features or features) for each in configs}
    infos.setdefault(default_config(configs), made(configs, features))
    return infos


def size_category(rows: int) -> str:
    """The Hub's size class of a dataset.

    >>> size_category(999), size_category(1000)
    ('n<1K', '1K<n<10K')
    """
    return next((name for limit, name in _SIZES if rows < limit), _SIZE_ABOVE)


def task_categories(inventory: Inventory) -> list[str]:
    """The Hub's task categories that labels of these kinds serve.

    Spans beside a side text called `question` are answers.

    >>> task_categories(Inventory(span_labels=("answer",), side_texts=("question",)))
    ['question-answering']
    """
    answers = "question" in inventory.side_texts and inventory.span_labels
    found = {
        "question-answering": answers,
        "token-classification": (inventory.span_labels and not answers) or inventory.word_tags,
        "text-classification": inventory.record_labels,
    }
    return [name for name, holds in found.items() if holds]
