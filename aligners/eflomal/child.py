"""The child process of a run: becomes eflomal's program, with its seed and its end in our hands.

Arguments: the parent's process id, `seeded` or `as-it-is`, the program, its arguments. Run as a
file by an interpreter without site packages, so it starts in 10 ms and imports nothing of ours.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # prctl(2)

#: Where the program takes its random seed from, and the file of ours that it reads instead: its
#: standard input. The new name is no longer than the old one.
CHANCE = b"/dev/urandom\0"
GIVEN = b"/dev/fd/0".ljust(len(CHANCE), b"\0")


def main(parent: int, how: str, program: str, arguments: list[str]) -> None:
    """Become the program; it is killed when the parent ends, however that ends."""
    if sys.platform == "linux":
        # it stays set over exec(2); the kernel ties it to the thread that started this process
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)  # it ended before the line above
    if how == "seeded":
        os.execv(_seeded(program), [program, *arguments])
    os.execv(program, [program, *arguments])


def _seeded(program: str) -> str:
    """A copy of the program, in memory, that reads its seed from standard input."""
    with open(program, "rb") as file:  # noqa: PTH123 - nothing is imported that is not needed
        code = file.read().replace(CHANCE, GIVEN)
    handle = os.memfd_create("eflomal")  # type: ignore[attr-defined,unused-ignore]
    left = memoryview(code)
    while left:
        left = left[os.write(handle, left) :]
    return f"/proc/self/fd/{handle}"


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4:])
