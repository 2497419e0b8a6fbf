"""`spanferry inspect --links`: word links in the terminal and as SVG."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from spanferry.aligners import link_files
from spanferry.aligners.pictures.folder import INDEX, write_pictures
from spanferry.aligners.pictures.picture import Picture
from spanferry.aligners.pictures.terminal import PictureView, View
from spanferry.data import samples
from spanferry.data.errors import ConfigError
from spanferry.flows.commands import link_options
from spanferry.flows.commands.options import load
from spanferry.flows.console import console
from spanferry.flows.link_pictures import Choice, draw_pairs, read_for_pictures
from spanferry.flows.link_shards import draw_records, shaded, work_folder
from spanferry.flows.linking import Texting

#: Options that say how pairs of a file are read and linked; a build has done both.
_OF_FILES = (
    "predicted", "predicted_format", "stored_links", "own", "config", "overrides", "format",
    "one_based", "source_text", "target_text", "text", "languages", "split_words",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Request:
    """The arguments and options of the command; see its help."""

    path: Path | None
    records: int
    target: str | None
    split: str | None
    ids: Sequence[str]
    seed: int | None
    svg: Path | None
    view: str
    similarities: bool
    predicted: Path | None
    predicted_format: str
    stored_links: str | None
    own: bool
    config: Path | None
    overrides: list[str] | None
    format: str
    one_based: bool
    source_text: Path | None
    target_text: Path | None
    text: Path | None
    languages: str | None
    split_words: bool
    min_score: float


def inspect_links(request: Request) -> None:
    """Draw links, those of a build or of a file.

    Raises:
        ConfigError, InputError: options do not go together, or there are no such links.
    """
    if request.view not in get_args(View):
        raise ConfigError(f"--view {request.view!r}; there are: {', '.join(get_args(View))}")
    view: Any = request.view
    choice = Choice(request.records, request.ids, request.seed, request.min_score)
    place = None if request.path is None else Path(samples.resolve(str(request.path)))
    if place is not None and (place.is_dir() or place.suffix in (".yaml", ".yml")):
        pictures, note = _of_build(request, place, choice)
    else:
        pictures, note = _of_file(request, place, choice), ""
    out = console()
    for picture in pictures:
        out.print(PictureView(picture, view), soft_wrap=not out.is_terminal)
    if note:
        out.print(note, style="yellow", markup=False)
    if not pictures:
        out.print("no such pairs", markup=False)
    elif request.svg is not None:
        write_pictures(pictures, request.svg)
        text = f"{len(pictures)} pictures: {request.svg / INDEX}"
        out.print(text, markup=False, soft_wrap=True)


def _of_build(request: Request, place: Path, choice: Choice) -> tuple[Sequence[Picture], str]:
    _refuse(request, _OF_FILES, "is for files of links or texts, and not for a build")
    config = None if place.is_dir() else load(place, None)
    if request.similarities and config is None:
        raise ConfigError("--similarities needs the config of the build, for its aligner")
    work = work_folder(place, config)
    drawn = draw_records(work, choice, target=request.target, split=request.split)
    note = f"{drawn.untranslated} records have no translation, so no links"
    pictures = shaded(work, drawn.pictures, config) if request.similarities else drawn.pictures
    return pictures, note if drawn.untranslated else ""


def _of_file(request: Request, place: Path | None, choice: Choice) -> Sequence[Picture]:
    _refuse(request, ("target", "split", "similarities"), "is for a build, and not for a file")
    sources = ("predicted", "stored_links", "own")
    given = [name for name in sources if getattr(request, name)]
    if request.config is not None or request.overrides:
        given.append("config or --set")
    if len(given) > 1:
        listed = " and ".join(f"--{name.replace('_', '-')}" for name in given)
        raise ConfigError(f"links come from one place, not from {listed}")
    if request.split_words and request.languages is None:
        raise ConfigError("--split-words needs --languages SOURCE,TARGET")
    file = read_for_pictures(
        place,
        Texting(request.source_text, request.target_text, request.text),
        format=link_options.chosen_format(request.format, request.one_based),
        by_language=request.languages if request.split_words else None,
    )
    predicted = None
    if request.predicted is not None:
        predicted = link_files.read_links(request.predicted, format=request.predicted_format)
    return draw_pairs(
        file,
        choice,
        predicted=predicted,
        stored=request.stored_links,
        own=request.own,
        settings=link_options.settings(request.config, request.overrides),
        named=request.languages,
    )


def _refuse(request: Request, names: Sequence[str], why: str) -> None:
    for name in names:
        if getattr(request, name) not in (None, False, "auto", []):
            option = "set" if name == "overrides" else name.replace("_", "-")
            raise ConfigError(f"--{option} {why}")
