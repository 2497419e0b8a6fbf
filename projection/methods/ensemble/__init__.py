"""Several methods vote on where a span goes; their agreement becomes the confidence."""

from spanferry.projection.methods.ensemble.method import EnsembleMethod
from spanferry.projection.methods.ensemble.settings import EnsembleSettings

__all__ = ["EnsembleMethod", "EnsembleSettings"]
