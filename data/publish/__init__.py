"""Filter-stage tables to a dataset folder that `datasets.load_dataset` opens."""

from __future__ import annotations

from spanferry.data.publish.card import BackendUse, CardInfo, FilterRule
from spanferry.data.publish.dataset import Publication, check_split, publish
from spanferry.data.publish.inventory import Inventory
from spanferry.data.publish.label_names import LabelNames
from spanferry.data.publish.shards import Shard, Shards
from spanferry.data.publish.summary import PublishSummary, SplitCounts, count_table

__all__ = [
    "BackendUse",
    "CardInfo",
    "FilterRule",
    "Inventory",
    "LabelNames",
    "Publication",
    "PublishSummary",
    "Shard",
    "Shards",
    "SplitCounts",
    "check_split",
    "count_table",
    "publish",
]
