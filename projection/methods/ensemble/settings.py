"""Settings of the method `ensemble`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from spanferry.data.errors import ConfigError
from spanferry.data.nested import ComposedSettings
from spanferry.projection.methods.proposals import ConfidenceSettings

Weight = Annotated[float, Field(gt=0, le=100)]


class EnsembleSettings(ConfidenceSettings, ComposedSettings):
    """Settings of the method `ensemble`: `methods`, a list of methods with their settings."""

    weights: dict[str, Weight] | tuple[Weight, ...] = Field(
        (),
        description="how much the vote of each method counts: by the name of the method, or in the "
        "order of `methods`; 1 for those that are not named",
    )
    agreement: Literal["overlap", "exact"] = Field(
        "overlap",
        description="what supports a place: votes for the very same place alone, or votes for "
        "places that overlap it as well, by the share of characters that both have in common",
    )
    min_votes: int = Field(
        1, ge=1, description="methods that must support a place, or the span counts as missing"
    )


def weights_of(
    given: Mapping[str, float] | Sequence[float], names: Sequence[str], min_votes: int
) -> tuple[float, ...]:
    """The weight of each member.

    Args:
        names: of the members.

    Raises:
        ConfigError: there are not as many weights as members, or a name is of no member; or more
            votes are asked for than there are members.
    """
    if min_votes > len(names):
        raise ConfigError(
            f"project.min_votes: {min_votes}, but there are only {len(names)} methods"
        )
    if isinstance(given, Mapping):
        unknown = sorted(set(given) - set(names))
        if unknown:
            raise ConfigError(
                f"project.weights: no method of the ensemble is called {unknown[0]!r}; there are: "
                + ", ".join(dict.fromkeys(names))
            )
        return tuple(given.get(name, 1.0) for name in names)
    if given and len(given) != len(names):
        raise ConfigError(f"project.weights: {len(given)} weights for {len(names)} methods")
    return tuple(given) or (1.0,) * len(names)
