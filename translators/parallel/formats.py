"""From the settings to the lookup that reads a file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanferry.data.errors import ConfigError
from spanferry.data.readers.files import near_names
from spanferry.translators.parallel.base import Bitext, Lookup
from spanferry.translators.parallel.fields import DEFAULT_FIELDS
from spanferry.translators.parallel.hf import open_dataset
from spanferry.translators.parallel.hf_bitext import DatasetBitext
from spanferry.translators.parallel.hf_ids import DatasetIdLookup
from spanferry.translators.parallel.jsonl import JsonlBitext
from spanferry.translators.parallel.moses import MosesBitext
from spanferry.translators.parallel.settings import TARGET, Format, ParallelTranslatorSettings
from spanferry.translators.parallel.simple import IdLookup, LineLookup
from spanferry.translators.parallel.text_lookup import TextLookup
from spanferry.translators.parallel.tmx import TmxBitext


@dataclass(frozen=True, slots=True)
class Place:
    """Where translations lie.

    Args:
        path: the file, or what `datasets` takes for one.
        format: its format.
        source: the file of the source side, for `moses`.
    """

    path: str
    format: Format
    source: str | None = None

    @classmethod
    def all_of(cls, settings: ParallelTranslatorSettings, target: str) -> dict[str, Place]:
        """The places of the settings by split; under the empty name what serves all."""

        def by_split(given: str | dict[str, str] | None) -> dict[str, str]:
            return {"": given} if isinstance(given, str) else given or {}

        sources = by_split(settings.source_path)
        places: dict[str, Place] = {}
        for split, name in by_split(settings.path).items():
            name = name.replace(TARGET, target)
            format = settings.format_of(Path(name))
            # a dataset may be an address, whose `//` no path keeps
            path = name if format == "datasets" else str(Path(name).expanduser())
            source = sources.get(split)
            if source is not None:
                source = str(Path(source.replace(TARGET, target)).expanduser())
            places[split] = cls(path, format, source)
        return places

    def name(self) -> str:
        """What it is called for people: ids on the hub in full, files without their folders."""
        if self.format == "datasets" and not Path(self.path).expanduser().exists():
            return self.path
        return ", ".join(Path(name).name for name in self.files())

    def files(self) -> list[str]:
        """Its paths, the source side first."""
        return [self.path] if self.source is None else [self.source, self.path]


def open_datasets(
    place: Place, settings: ParallelTranslatorSettings, target: str
) -> dict[str, Any]:
    """The splits of a dataset; see `hf.open_dataset`."""
    return open_dataset(place.path, settings, target)


def open_place(
    place: Place, settings: ParallelTranslatorSettings, languages: tuple[str, str]
) -> Lookup:
    """Open what lies there, and index it.

    Raises:
        ConfigError, InputError: see the format.
    """
    source, target = languages
    path = Path(place.path)
    field, source_field = (
        None if name is None else name.replace(TARGET, target)
        for name in (settings.field, settings.source_field)
    )
    fields = DEFAULT_FIELDS if field is None else (field,)
    bitext: Bitext
    match place.format:
        case "lines":
            if settings.format == "auto" and not path.suffix and not path.exists():
                raise ConfigError(
                    f"there is no file {place.path!r}{near_names(path)}; for a dataset of the hub "
                    "add format: datasets"
                )
            if path.exists() and (wrong := settings.misplaced("lines")):
                raise ConfigError(f"translate.path: {place.path!r}: {wrong}")
            return LineLookup(path, unescape=settings.unescape)
        case "jsonl":
            if source_field is None:
                return IdLookup(path, settings.id_field or "id", fields, target)
            bitext = JsonlBitext(path, source_field, fields, languages)
        case "moses":
            bitext = MosesBitext(Path(place.source or ""), path, unescape=settings.unescape)
        case "tmx":
            bitext = TmxBitext(path, languages)
        case "datasets":
            splits = open_datasets(place, settings, target)
            if settings.id_field is not None:
                return DatasetIdLookup(place.path, splits, settings.id_field, field, target)
            bitext = DatasetBitext(place.path, splits, (source_field, field), languages)
    return TextLookup(
        bitext, language=source, sentences=settings.sentences, newlines=settings.newlines
    )
