"""The method `markers`: the text is translated with marks round its spans; see `method.py`."""

from spanferry.projection.methods.markers.method import MarkersMethod
from spanferry.projection.methods.markers.settings import MarkersSettings

__all__ = ["MarkersMethod", "MarkersSettings"]
