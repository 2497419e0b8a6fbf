"""Statistical alignment with eflomal, which is a program of its own under the GPL."""

from spanferry.aligners.eflomal.aligner import EflomalAligner
from spanferry.aligners.eflomal.settings import EflomalAlignerSettings

__all__ = ["EflomalAligner", "EflomalAlignerSettings"]
