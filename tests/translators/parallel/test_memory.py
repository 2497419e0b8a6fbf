"""A large bitext: its texts stay on disk."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

LINES = 200_000
#: Texts of some 130 characters a side: as Python strings the sources alone would take 36 MB.
_SCRIPT = """
import sys
from pathlib import Path
from spanferry.data.records import Record
from spanferry.translators.parallel import ParallelTranslator, ParallelTranslatorSettings

def anonymous():  # bytes of memory that no file backs
    status = Path("/proc/self/status").read_text()
    return int(status.partition("RssAnon:")[2].split()[0]) * 1024

def make(source, target):
    settings = ParallelTranslatorSettings(source_path=source, path=target)
    made = ParallelTranslator(settings, source_language="en", target_language="pt")
    made.setup()
    return made

small = make(*sys.argv[1:3])  # whatever is imported or kept for good, is so now
before = anonymous()
made = make(*sys.argv[3:])
grown = anonymous() - before
records = [Record(str(n), f"Line {n} of many. " + "word " * 22) for n in range(0, 200_000, 2_000)]
found = made.translate_records(records, range(len(records)), "train")
assert [item.text.text.split()[1] for item in found] == [record.id for record in records]
print(grown)
"""


def write(folder: Path, lines: int) -> list[str]:
    """A bitext; the paths of its sides."""
    for name, word in {"en": "Line", "pt": "Linha"}.items():
        with (folder / f"{lines}.{name}").open("w", encoding="utf-8") as file:
            file.writelines(f"{word} {n} of many. {'word ' * 22}\n" for n in range(lines))
    return [str(folder / f"{lines}.{name}") for name in ("en", "pt")]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads Linux' /proc")
def test_a_large_bitext_takes_little_memory(tmp_path: Path) -> None:
    paths = [*write(tmp_path, 10), *write(tmp_path, LINES)]
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *paths], capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    # 16 bytes a pair for the hashes, 8 a line and file for the ends; freed memory that the
    # allocator keeps makes the rest
    assert LINES * 16 < int(done.stdout) < LINES * 128
