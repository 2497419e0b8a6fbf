"""Files: what those of bitext hold, as a hash; and disks that are full."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from spanferry.aligners.bitext import Bitext
from spanferry.data.errors import ConfigError, RetryableError
from spanferry.data.fingerprint import fingerprint
from spanferry.data.readers.files import find_files, hash_files

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@contextmanager
def room(place: str) -> Iterator[None]:
    """Work that writes to a place; errors of a full disk name it.

    Raises:
        RetryableError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if error.errno not in _FULL:
            raise
        raise RetryableError(
            f"aligner 'eflomal': {place} cannot be written: {error}; free some space"
        ) from error


def digest(bitext: Sequence[Bitext]) -> str:
    """A hash of the files' contents; `missing` if one is not there (`setup` says which)."""
    hashes = []
    for each in bitext:
        for role in ("source", "target", "joined"):
            name = getattr(each, role)
            if name is not None:
                try:
                    hashes.append([role, hash_files(find_files([name])["train"])])
                except ConfigError:
                    return "missing"
    return fingerprint(bitext=hashes)[:12]
