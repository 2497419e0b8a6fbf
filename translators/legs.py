"""Settings of a translator inside those of another: `first: {backend: embedded, threads: 2}`."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel

from spanferry.data.nested import ComposedSettings, Nested
from spanferry.translators import DEFAULT, TRANSLATORS

__all__ = ["LEGS", "ComposedSettings", "Leg", "leg"]

LEGS = Nested("translators", TRANSLATORS, DEFAULT, title="Leg", optional=True)
#: The settings of the default backend.
leg = LEGS.default
#: The type of a field that holds the settings of another backend.
Leg = Annotated[BaseModel, LEGS]
