"""`spanferry inspect`: look at records, or at the links of their words."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from spanferry.data.errors import ConfigError
from spanferry.flows.commands import link_options
from spanferry.flows.commands.options import Overrides, load
from spanferry.flows.console import console


def inspect(
    path: Annotated[
        Path | None,
        typer.Argument(
            help="a dataset folder, or the config that made it; with --links also a file of links "
            "or of `source ||| target`"
        ),
    ] = None,
    records: Annotated[int, typer.Option("--records", "-n", min=1, help="how many")] = 10,
    target: Annotated[str | None, typer.Option(help="language; the first if not given")] = None,
    split: Annotated[str | None, typer.Option(help="split; all if not given")] = None,
    rejected: Annotated[bool, typer.Option("--rejected", help="rejected ones instead")] = False,
    ids: Annotated[list[str] | None, typer.Option("--id", help="records of these ids")] = None,
    seed: Annotated[
        int | None, typer.Option(help="pick at random with this seed instead of the first ones")
    ] = None,
    links: Annotated[bool, typer.Option("--links", help="draw the links of words")] = False,
    svg: Annotated[
        Path | None, typer.Option(metavar="FOLDER", help="draw as SVG too, with an index.html")
    ] = None,
    view: Annotated[
        str, typer.Option(metavar="auto|matrix|list", help="form of links in the terminal")
    ] = "auto",
    similarities: Annotated[
        bool,
        typer.Option("--similarities", help="of a build: shade by the similarities of its aligner"),
    ] = False,
    predicted: Annotated[
        Path | None, typer.Option(help="file of the links to draw beside those of the gold file")
    ] = None,
    predicted_format: link_options.PredictedFormat = "auto",
    stored_links: link_options.StoredLinks = None,
    own: Annotated[
        bool, typer.Option("--own", help="draw the links of the file itself, and align nothing")
    ] = False,
    config: link_options.Config = None,
    set_: Overrides = None,
    format: link_options.Format = "auto",
    one_based: link_options.OneBased = False,
    source_text: link_options.SourceText = None,
    target_text: link_options.TargetText = None,
    text: link_options.JoinedText = None,
    languages: link_options.Languages = None,
    split_words: Annotated[
        bool,
        typer.Option("--split-words", help="find the words of texts as their --languages do"),
    ] = False,
    min_score: link_options.MinScore = 0.0,
) -> None:
    """Show records with their spans in colour, source above translation; or draw word links.

    With --links: those that a build made, or of pairs in a file; the pairs are aligned, unless
    --predicted, --stored-links or --own says where their links are. All options from --svg on are
    for --links.
    """
    of_links: dict[str, Any] = {
        "svg": svg, "view": view, "similarities": similarities, "predicted": predicted,
        "predicted_format": predicted_format, "stored_links": stored_links, "own": own,
        "config": config, "overrides": set_, "format": format, "one_based": one_based,
        "source_text": source_text, "target_text": target_text, "text": text,
        "languages": languages, "split_words": split_words, "min_score": min_score,
    }  # fmt: skip
    if links:
        from spanferry.flows.commands.inspect_links import Request, inspect_links

        if rejected:
            raise ConfigError("--rejected is for records; --links shows those of all of them")
        inspect_links(Request(path, records, target, split, ids or [], seed, **of_links))
        return
    given = [name for name, value in of_links.items() if value not in (None, False, 0, "auto", [])]
    if given:
        name = "set" if given[0] == "overrides" else given[0].replace("_", "-")
        raise ConfigError(f"--{name} needs --links")
    if path is None:
        raise ConfigError("give a dataset folder, or the config that made it")
    _records(path, records, target, split, rejected, ids, seed)


def _records(
    path: Path,
    records: int,
    target: str | None,
    split: str | None,
    rejected: bool,
    ids: list[str] | None,
    seed: int | None,
) -> None:
    from spanferry.data.samples import resolve
    from spanferry.flows.browse import pick
    from spanferry.flows.show import show_records

    folder = Path(resolve(str(path)))
    if folder.is_file():
        settings: Any = load(folder, None)
        folder = Path(settings.publish.path).expanduser()
    rows = pick(folder, records, target=target, split=split, rejected=rejected, ids=ids, seed=seed)
    out = console()
    show_records(out, rows)
    if not rows:
        out.print("no such records", markup=False)
