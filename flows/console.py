"""Consoles and logging of the command line."""

from __future__ import annotations

import logging
import os

from rich.console import Console
from rich.logging import RichHandler


def console() -> Console:
    """Where results go. `FORCE_COLOR` and `NO_COLOR` are understood by rich."""
    return Console(highlight=False)


def errors_console() -> Console:
    """Where messages about failures go."""
    return Console(stderr=True, highlight=False)


def set_up_logging() -> None:
    """Our own log to standard error, at the level of `SPANFERRY_LOG` (default INFO)."""
    logger = logging.getLogger("spanferry")
    logger.setLevel(os.environ.get("SPANFERRY_LOG", "INFO").upper())
    handler: logging.Handler
    if errors_console().is_terminal:
        handler = RichHandler(console=errors_console(), show_path=False, markup=False)
        handler.setFormatter(logging.Formatter("%(message)s", datefmt="%H:%M:%S"))
    else:  # a line a message, whatever the width
        handler = logging.StreamHandler()
        handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    logger.handlers = [handler]
    logger.propagate = False
