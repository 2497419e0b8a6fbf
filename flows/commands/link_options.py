"""Options of the commands that read files of word links."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spanferry.data.errors import ConfigError
from spanferry.flows.commands.options import load

_FORMATS = "auto|jsonl|pharaoh|talp|naacl|text"

Format = Annotated[
    str,
    typer.Option(
        metavar=_FORMATS,
        help="format of the file of links; pharaoh counts words from 0, talp and naacl from 1",
    ),
]
PredictedFormat = Annotated[
    str, typer.Option(metavar=_FORMATS, help="format of the file of predicted links")
]
OneBased = Annotated[
    bool, typer.Option("--one-based", help="lines of links count words from 1 (--format talp)")
]
SourceText = Annotated[
    Path | None,
    typer.Option(help="source sentences of the links, one a line, words set apart by blanks"),
]
TargetText = Annotated[Path | None, typer.Option(help="target sentences, likewise")]
JoinedText = Annotated[
    Path | None, typer.Option("--text", help="both in one file, lines of `source ||| target`")
]
StoredLinks = Annotated[
    str | None, typer.Option(help="use the links of this name that stand in the gold file")
]
Languages = Annotated[
    str | None,
    typer.Option(metavar="SOURCE,TARGET", help="languages of pairs whose file names none"),
]
MinScore = Annotated[
    float, typer.Option(min=0, max=1, help="leave out links with a lower score")
]  # fmt: skip
Config = Annotated[
    Path | None, typer.Option(help="a build config, for its align and project settings")
]


def chosen_format(format: str, one_based: bool) -> str:
    """The format that `--format` and `--one-based` ask for.

    Raises:
        ConfigError: they do not go together.
    """
    if one_based and format not in ("auto", "pharaoh", "talp"):
        raise ConfigError(f"--one-based is for lines of links, and not for --format {format}")
    return "talp" if one_based else format


def settings(config: Path | None, overrides: list[str] | None) -> Any | None:
    """What `--config` and `--set` say; None where they say nothing."""
    from spanferry.flows.linking import settings_of

    if config is not None:
        return load(config, overrides)
    return settings_of(overrides) if overrides else None
