"""Markers put into a fixed translation where a translation model finds them most probable."""

from spanferry.projection.methods.constrained.method import ConstrainedMethod

__all__ = ["ConstrainedMethod"]
