"""The text of the dataset card, for people."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from spanferry.data.publish.card import CardInfo, Config, default_config
from spanferry.data.publish.features import Columns
from spanferry.data.publish.inventory import Inventory
from spanferry.data.publish.label_names import LabelNames
from spanferry.data.publish.summary import Counts, PublishSummary, SplitCounts

#: Tags of a layer that the card lists.
SHOWN_TAGS = 60
LIMITS = """\
This is silver data: the texts were translated by machine, the labels were carried over
by machine, and nobody has checked either by hand. Expect translations that are wrong or unnatural,
and spans that are too long, too short or in the wrong place. Use it for training; do not report
results measured on it as if it were gold data. Names, places and customs are those of the source
corpus, not of the target languages. The filters above remove records that look wrong, and with
them texts that are hard to translate, so what remains is easier than the source. The licences of
the source corpus and of the models apply."""


def body(
    info: CardInfo,
    summary: PublishSummary,
    columns: Columns,
    configs: Sequence[Config],
    label_names: Mapping[str, LabelNames],
) -> str:
    """The card in Markdown, without the metadata block.

    Args:
        info: what the card says besides the counts.
        summary: the counts.
        columns: the columns that depend on the corpus.
        configs: what can be loaded.
        label_names: names of labels by language, where they have names of their own.
    """
    parts = [
        f"# {_cell(info.name)}",
        _about(info, summary),
        "## Loading",
        _loading(info, summary, columns, configs),
        "## How it was made",
        _made(info),
        "## Records",
        _records(summary),
    ]
    if columns.inventory.span_labels:
        parts += ["## Labels", _labels(summary)]
    if columns.inventory.relation_labels:
        parts += ["## Relations", _relations(summary)]
    if label_names:
        parts += ["## Names of labels", _label_names(columns.inventory, label_names, configs)]
    parts += ["## Columns", _columns(columns), "## Limits", LIMITS]
    return "\n\n".join(parts) + "\n"


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A Markdown table; numbers are set to the right and grouped by thousands.

    >>> print(table(["label", "spans"], [["A|B", 1200]]))
    | label | spans |
    |---|--:|
    | A\\|B | 1,200 |
    """
    rows = list(rows)
    numeric = [all(isinstance(row[n], int) for row in rows) for n in range(len(head))]
    lines = [head, *([_cell(value) for value in row] for row in rows)]
    text = ["| " + " | ".join(line) + " |" for line in lines]
    text.insert(1, "|" + "|".join("--:" if right else "---" for right in numeric) + "|")
    return "\n".join(text)


def _cell(value: object) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    return " ".join(str(value).split()).replace("|", "\\|")


def _about(info: CardInfo, summary: PublishSummary) -> str:
    total = summary.total()
    corpus = f" ({info.source})" if info.source else ""
    languages = ", ".join(f"`{language}`" for language in summary.languages)
    return (
        f"A labelled corpus in `{info.source_language}`{corpus}, translated into {languages} with "
        "its labels carried over by machine. "
        f"{total.published:,} of {total.read:,} records are published."
    )


def _loading(
    info: CardInfo, summary: PublishSummary, columns: Columns, configs: Sequence[Config]
) -> str:
    place = info.hub or "path/to/this/folder"
    languages = [config.language for config in configs]
    split = next(iter(configs[0].splits))
    lines = ["from datasets import load_dataset", ""]
    if len(languages) == 1:
        lines.append(f'dataset = load_dataset("{place}", split="{split}")')
    else:
        lines += [
            f'one = load_dataset("{place}", "{languages[0]}", split="{split}")',
            f'joined = load_dataset("{place}", "{default_config(configs)}", split="{split}")',
        ]
    name = "dataset" if len(languages) == 1 else "one"
    for column, _ in list(columns.word_tags.values())[:1]:
        lines.append(f'tag_names = {name}.features["{column}"].feature.names')
    if columns.inventory.span_labels:
        lines.append(f'labels = {name}.features["spans"].feature["label"].names')
    text = "```python\n" + "\n".join(lines) + "\n```"
    if summary.total().rejected_total:
        text += (
            "\n\nRejected records, with all that is known of them, are in `rejected/`, which no "
            'configuration loads; `load_dataset("parquet", data_files=...)` opens its files.'
        )
    return text


def _made(info: CardInfo) -> str:
    version = f" {info.version}" if info.version else ""
    text = f"Made with spanferry{version}."
    if info.backends:
        several = any(use.languages for use in info.backends)
        head = [
            "step",
            *(["languages"] if several else []),
            "backend",
            "source",
            "revision",
            "licence",
        ]
        rows = [
            [
                use.stage,
                *([", ".join(use.languages) or "all"] if several else []),
                *(use.info.name, use.info.source, use.info.revision, use.info.licence),
            ]
            for use in info.backends
        ]
        text += "\n\n" + table(head, rows)
    if info.filters:
        rules = [[each.name, each.rule, each.description] for each in info.filters]
        text += "\n\nA record is published when every filter accepts it:\n\n"
        text += table(["filter", "accepts", "score"], rules)
    return text


def _records(summary: PublishSummary) -> str:
    rows = [
        [language, split, counts.read, counts.published, counts.rejected_total]
        for language, splits in summary.languages.items()
        for split, counts in splits.items()
    ]
    text = table(["language", "split", "read", "published", "rejected"], rows)
    why = [
        [language, stage, reason, number]
        for language in summary.languages
        for stage, reasons in summary.of_language(language).rejected.items()
        for reason, number in reasons.items()
    ]
    if why:
        text += "\n\nWhy records were rejected:\n\n"
        text += table(["language", "stage", "reason", "records"], why)
    tokens = summary.total().tokens
    if tokens:
        listed = " and ".join(f"{n:,} {name.replace('_', ' ')}" for name, n in tokens.items())
        text += f"\n\nThe translations cost {listed} at the server that made them."
    return text


def _labels(summary: PublishSummary) -> str:
    return _fates(
        summary,
        "spans",
        lambda counts: (counts.source_spans, counts.projected_spans, counts.published_spans),
        lambda counts: counts.missing_spans,
    )


def _relations(summary: PublishSummary) -> str:
    text = _fates(
        summary,
        "relations",
        lambda counts: (
            counts.source_relations,
            counts.projected_relations,
            counts.published_relations,
        ),
        lambda counts: counts.missing_relations,
    )
    return "A relation is carried over together with both of its spans. " + text


def _fates(
    summary: PublishSummary,
    what: str,
    parts_of: Callable[[SplitCounts], Sequence[Counts]],
    missing_of: Callable[[SplitCounts], Counts],
) -> str:
    rows, lost = [], []
    for language in summary.languages:
        counts = summary.of_language(language)
        parts = parts_of(counts)
        for label in sorted(set().union(*parts)):
            rows.append([language, label, *(part.get(label, 0) for part in parts)])
        lost += [[language, reason, number] for reason, number in missing_of(counts).items()]
    text = (
        f"{what.capitalize()} in the source, {what} that were carried over, and those of them in "
        "published records:\n\n"
        + table(["language", "label", "source", "projected", "published"], rows)
    )
    if lost:
        text += f"\n\nWhy {what} are missing, in all records:\n\n"
        text += table(["language", "reason", what], lost)
    return text


def _label_names(
    inventory: Inventory, names: Mapping[str, LabelNames], configs: Sequence[Config]
) -> str:
    labels = inventory.labels()
    by_language = [names[language].of(labels) for language in names]
    text = (
        "Labels have names of their own, made by machine where they were not given by hand; the "
        "number of a class is that of the label in the source. `source_spans` has them too; "
        "`rejected/` and the counts on this page have the labels of the source."
    )
    if len(configs) > 1:
        text += (
            f" The names are those of the configurations of single languages; "
            f"`{default_config(configs)}` has the labels of the source, as its classes are the "
            "same for all languages."
        )
    text += "\n\n" + table(["label", *names], zip(labels, *by_language, strict=True))
    why: dict[tuple[str, str], list[str]] = {}
    for language, each in names.items():
        for label, reason in each.kept.items():
            why.setdefault((language, reason), []).append(label)
    if why:
        rows = [[*key, ", ".join(labels)] for key, labels in why.items()]
        text += "\n\nLabels that kept their names (`code`: an abbreviation, which no model can "
        text += "translate; `same_name`: the translation of another label, too):\n\n"
        text += table(["language", "reason", "labels"], rows)
    return text


def _some(tags: Sequence[str]) -> str:
    """The tags of a layer, or the first of very many."""
    more = f" and {len(tags) - SHOWN_TAGS:,} more" if len(tags) > SHOWN_TAGS else ""
    return ", ".join(f"`{tag}`" for tag in tags[:SHOWN_TAGS]) + more


def _columns(columns: Columns) -> str:
    inventory = columns.inventory
    rows = [
        ("id", "id of the record in the source", True),
        ("text", "the translation", True),
        ("language", "its language", True),
        (
            "tokens, tags",
            "words of the translation and their IOB2 tags; of overlapping spans the longest",
            inventory.span_tagged,
        ),
        (
            "tokens",
            "words of the translation",
            inventory.token_labelled and not inventory.span_tagged,
        ),
        *(
            (
                f"{column}, {scores}",
                f"a tag a word ({_some(inventory.word_tags[layer])}), and how sure each is, from "
                "0 to 1",
                True,
            )
            for layer, (column, scores) in columns.word_tags.items()
        ),
        (
            "spans",
            "labelled stretches of `text`: `start` and `end` in characters (Unicode code points, "
            "`end` exclusive), the text under them, label, confidence from 0 to 1, method, "
            "attributes, and the ranges of a span in several parts",
            inventory.span_labels,
        ),
        ("relations", "links between spans by their ids", inventory.relation_labels),
        *((column, "label of the record", True) for column in columns.labels.values()),
        *(
            (column, "translated text beside `text`", True)
            for column in columns.side_texts.values()
        ),
        ("missing", "source spans that were not carried over, and why", inventory.span_labels),
        (
            "missing_relations",
            "relations that were not carried over, by the ids of their source spans, and why",
            inventory.relation_labels,
        ),
        ("source_text, source_language", "the text in the source", True),
        ("source_spans", "its spans, in characters of `source_text`", inventory.span_labels),
        ("translation_score", "log-probability a token, from translators that tell it", True),
        *((column, "score of that filter", True) for column in columns.scores),
        ("meta", "further fields of the source, as JSON text", True),
    ]
    return table(["column", "content"], [[name, text] for name, text, there in rows if there])
