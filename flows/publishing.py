"""publish: hands the filtered shards to the dataset writer, with what the card is to say."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from pydantic import BaseModel

from spanferry.data.errors import ConfigError
from spanferry.data.files import read_parquet
from spanferry.data.fingerprint import fingerprint
from spanferry.data.publish import dataset
from spanferry.data.publish.card import BackendUse, CardInfo, FilterRule
from spanferry.data.publish.folder import read_manifest
from spanferry.data.publish.label_names import LabelNames
from spanferry.data.publish.summary import PublishSummary
from spanferry.data.schema import FILTER_FIELDS, READ_FIELDS, schema
from spanferry.flows.backends import BACKED
from spanferry.flows.labels import label_names
from spanferry.flows.pipeline import Watcher
from spanferry.flows.units import Unit, Workshop
from spanferry.translators.base import PaidTranslator, Usage

#: Raised when the published files change for the same shards.
PUBLISH_VERSION = "2"
#: Longer values are texts (a prompt), which `Path.exists` chokes on.
_LONGEST_PATH = 1_000


@dataclass(frozen=True, slots=True)
class Published:
    """The dataset folder, its counts, and whether it was written now."""

    path: Path
    summary: PublishSummary
    fresh: bool


def publish(shop: Workshop, watcher: Watcher) -> Published:
    """Write the dataset folder, unless it is up to date.

    Raises:
        ConfigError: a shard is not filtered yet, or the folder holds something else.
        AccountingError: records or spans are not accounted for.
    """
    chains = _filtered(shop)
    names = label_names(shop, watcher)
    wanted = _fingerprint(shop, chains, names)
    path = shop.layout.dataset
    done = _up_to_date(path, wanted)
    if done is not None:
        return Published(path, done, fresh=False)
    shards: dict[str, dict[str, list[Callable[[], pa.Table]]]] = {}
    for target in shop.config.targets:
        splits = shards.setdefault(target, {name: [] for name in shop.source.splits})
        for unit in (unit for unit in chains if unit.target == target):
            splits[unit.shard.split].append(partial(shop.columns, unit.shard, unit, None))
        for bad in shop.source.rejected:
            splits[bad.split].append(partial(_unread, shop.source.folder / bad.file))
    watcher.start("publish", 2 * sum(shop.source.read.values()) * len(shards))
    made = dataset.publish(
        path,
        shards,
        shop.source.inventory,
        _card(shop),
        label_names=names,
        manifest={
            "fingerprint": wanted,
            "version": version("spanferry"),
            "config": _public(shop.config),
            "backends": [_info(use) for use in _backends(shop)],
            "costs": _costs(shop, chains),
            **_marker_costs(shop, chains),
        },
        read=shop.source.read,
        rows_per_file=shop.config.publish.rows_per_file,
        progress=lambda rows: watcher.advance("publish", rows),
    )
    return Published(path, made.summary, fresh=True)


def load_published(path: Path) -> Published:
    """The dataset in a folder.

    Raises:
        ConfigError: there is none.
    """
    manifest = read_manifest(path)
    if not manifest or not manifest["complete"]:
        raise ConfigError(f"{path} holds no dataset; run `spanferry build` first")
    return Published(path, PublishSummary.from_json(manifest["counts"]), fresh=True)


def _filtered(shop: Workshop) -> list[Unit]:
    """The last unit of every chain.

    Raises:
        ConfigError: one of them is not done.
    """
    last = [chain[-1] for chain in shop.chains()]
    for unit in last:
        if shop.entry(unit) is None:
            raise ConfigError(
                f"publish needs {unit.stage.name}, which is not up to date for {unit.key}; run "
                f"`spanferry {unit.stage.name}` first, or `spanferry build` for everything"
            )
    return last


def _fingerprint(shop: Workshop, chains: list[Unit], names: Mapping[str, LabelNames]) -> str:
    return fingerprint(
        publish=PUBLISH_VERSION,
        version=version("spanferry"),
        settings=shop.config.publish.model_dump(mode="json"),
        shards=[[unit.key, unit.fingerprint] for unit in chains],
        read=shop.source.read,
        rejected=[[bad.name, bad.sha256] for bad in shop.source.rejected],
        languages=[shop.config.source.language, *shop.config.targets],
        prices=_prices(shop),
        labels={language: each.to_json() for language, each in names.items()},
    )


def _up_to_date(path: Path, wanted: str) -> PublishSummary | None:
    manifest = read_manifest(path)
    if not manifest or not manifest["complete"] or manifest["run"].get("fingerprint") != wanted:
        return None
    for name, facts in manifest["files"].items():
        file = path / name
        if not file.is_file() or file.stat().st_size != facts["bytes"]:
            return None
    return PublishSummary.from_json(manifest["counts"])


def _unread(file: Path) -> pa.Table:
    """Records that could not be read, as rejected rows of a filter-stage table."""
    table = read_parquet(file)
    rejection = pc.make_struct(
        pa.array(["read"] * table.num_rows), table["reason"], table["detail"],
        field_names=["stage", "reason", "detail"],
    )  # fmt: skip
    fields = [*READ_FIELDS, ("raw", pa.string()), *FILTER_FIELDS]
    columns = [rejection if name == "rejection" else table[name] for name, _ in fields]
    kinds = schema(fields)
    return pa.Table.from_arrays(
        [column.cast(field.type) for column, field in zip(columns, kinds, strict=True)],
        schema=kinds,
    )


def _card(shop: Workshop) -> CardInfo:
    config: Any = shop.config
    source = config.source
    return CardInfo(
        name=config.publish.name or shop.layout.dataset.name,
        source_language=source.language,
        backends=_backends(shop),
        filters=[FilterRule(f.name, f.rule(), f.description) for f in shop.backends.filters()],
        source=f"{source.reader}: {_name(source.path)}",
        license=config.publish.license,
        version=version("spanferry"),
    )


def _public(config: Any) -> dict[str, Any]:
    """The settings that made the dataset, without the paths of the machine that it was made on."""
    settings: dict[str, Any] = config.model_dump(
        mode="json", exclude={"run": True, "publish": {"path"}}
    )
    for part in ("source", "translate", "align"):
        _strip(settings[part], getattr(config, part))
    return settings


def _strip(settings: dict[str, Any], model: Any) -> None:
    """Leave the names of files only, in the settings of a backend's own backends too; and leave out
    what is a matter of the machine (`IDLE`), but for the name of the model."""
    for name in {*getattr(model, "IDLE", ())} - {"model", "revision"}:
        settings.pop(name, None)
    for name, value in settings.items():
        inner = getattr(model, name, None)
        if isinstance(inner, BaseModel) and isinstance(value, dict):
            _strip(value, inner)
        elif isinstance(inner, tuple) and isinstance(value, list):  # of backends, or of values
            for each, of_value in zip(inner, value, strict=True):
                if isinstance(each, BaseModel):
                    _strip(of_value, each)
        elif name.endswith("path") or (isinstance(value, str) and _is_place(value)):
            settings[name] = _name(value) if value else value


def _is_place(value: str) -> bool:
    """Whether a value is a path of this machine, and no name or text."""
    if "\n" in value or len(value) > _LONGEST_PATH:
        return False
    place = Path(value).expanduser()
    return place.is_absolute() or (place.name != value and place.exists())


def _name(path: Any) -> Any:
    """File names without their folders; names of datasets on the hub as they are."""
    if isinstance(path, dict):
        return {split: _name(item) for split, item in path.items()}
    if isinstance(path, list):
        return [_name(item) for item in path]
    place = Path(path).expanduser()
    return place.name if place.exists() or place.is_absolute() else path


def _backends(shop: Workshop) -> list[BackendUse]:
    uses = []
    for stage in BACKED:
        by_info: dict[Any, list[str]] = {}
        for target in shop.config.targets:
            by_info.setdefault(shop.backends.info(stage, target), []).append(target)
        uses += [
            BackendUse(stage, info, () if len(by_info) == 1 else tuple(targets))
            for info, targets in by_info.items()
        ]
    return uses


def _costs(shop: Workshop, chains: list[Unit]) -> dict[str, dict[str, Any]]:
    """By target language, what its translations cost where that is counted in tokens: those of all
    shards, whenever they were made."""
    found: dict[str, dict[str, Any]] = {}
    for target in shop.config.targets:
        translator = shop.backends.translator(target, setup=False)
        if not isinstance(translator, PaidTranslator):
            continue
        total = Usage()
        for unit in (unit for unit in chains if unit.target == target):
            usage = shop.columns(unit.shard, unit, ["translation_usage"])["translation_usage"]
            rows = [row for row in usage.to_pylist() if row is not None]
            total = sum((Usage(**row) for row in rows), total)
        found[target] = {**asdict(total), "cost": translator.cost(total)}
    return found


def _marker_costs(shop: Workshop, chains: list[Unit]) -> dict[str, Any]:
    """By target language, how much less probable marks made the translations, as the mean of the
    records of which that is known; nothing where no translator marks spans."""
    found = {}
    for target in shop.config.targets:
        if not getattr(shop.backends.translator(target, setup=False), "MAKES_MARKS", False):
            continue
        costs: list[float] = []
        for unit in (unit for unit in chains if unit.target == target):
            name = "translation_marker_cost"
            column = shop.columns(unit.shard, unit, [name])[name]
            costs += [cost for cost in column.to_pylist() if cost is not None]
        mean = math.fsum(costs) / len(costs) if costs else None
        found[target] = {"records": len(costs), "mean": mean}
    return {"marker_costs": found} if found else {}


def _prices(shop: Workshop) -> list[list[float | None]]:
    """What a million tokens cost, sent and received, in each target language that is paid for: a
    new price changes the manifest and no shard."""
    million = (Usage(1_000_000, 0), Usage(0, 1_000_000))
    made = (shop.backends.translator(target, setup=False) for target in shop.config.targets)
    return [[each.cost(m) for m in million] for each in made if isinstance(each, PaidTranslator)]


def _info(use: BackendUse) -> dict[str, Any]:
    info = use.info
    return {
        "stage": use.stage,
        "languages": list(use.languages),
        "name": info.name,
        "revision": info.revision,
        "licence": info.licence,
        "source": info.source,
    }
