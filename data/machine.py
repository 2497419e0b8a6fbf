"""What this process may use of the machine."""

from __future__ import annotations

import os
import sys
from pathlib import Path

#: A container's share of the processors (cgroup v2).
_CGROUP = Path("/sys/fs/cgroup/cpu.max")


def cores() -> int:
    """Processors that this process may use; a container's share of time (`--cpus`) counts."""
    known = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return max(1, min(known or 1, _share(_CGROUP)))


def _share(file: Path) -> int:
    """Processors' worth of time in a cgroup file: `200000 100000` is two."""
    try:
        quota, period = file.read_text().split()
        return -(-int(quota) // int(period))
    except (OSError, ValueError, ZeroDivisionError):  # none, or "max"
        return sys.maxsize
