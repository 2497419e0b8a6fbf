"""Priors learnt from a corpus, in a folder, step by step, so that a killed run goes on.

work/source.txt, target.txt      the text, written anew by each call (seconds)
work/state.txt                   what the links belong to
work/links.0.forward.txt, ...    of each run that is done
priors.gz, eflomal.json          the result; `work` is gone then
"""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal import priors
from spanferry.aligners.eflomal.counting import count_links
from spanferry.aligners.eflomal.files import room
from spanferry.aligners.eflomal.program import Program, Task, run
from spanferry.aligners.eflomal.sampling import Note, Plan, Workers
from spanferry.aligners.eflomal.texts import TextWriter
from spanferry.aligners.eflomal.votes import check_lines
from spanferry.data.errors import ConfigError
from spanferry.data.files import atomic_path, sha256_file, write_text
from spanferry.data.fingerprint import fingerprint

PRIORS = "priors.gz"
#: What the priors were learnt with; written last.
FACTS = "eflomal.json"
_DIRECTIONS = ("forward", "reverse")
log = logging.getLogger("spanferry")


@dataclass(frozen=True, slots=True)
class Learner:
    """Learns priors.

    Args:
        program, workers, plan: see there.
        samplers: runs in each direction.
        stems: see `texts.key`, of source and target.
        version: of what else the result depends on.
    """

    program: Program
    workers: Workers
    plan: Plan
    samplers: int
    stems: tuple[int, int]
    version: str

    def learn(self, pairs: Iterable[WordPair], folder: Path) -> None:
        """Learn from pairs and leave the result in a folder.

        Raises:
            RetryableError: the disk is full, or a run was killed.
            ConfigError: the program failed.
        """
        with room(repr(str(folder))):
            self._learn(pairs, folder)

    def _learn(self, pairs: Iterable[WordPair], folder: Path) -> None:
        work = folder / "work"
        work.mkdir(parents=True, exist_ok=True)
        with ExitStack() as stack:
            source, target = (
                stack.enter_context((work / f"{side}.txt").open("w+b"))
                for side in ("source", "target")
            )
            writer = TextWriter(source, target, self.stems)
            for pair in pairs:
                writer.add(pair)
            writer.close()
            if writer.cut:
                log.info("align: eflomal learns from %d very long pairs in parts", writer.cut)
            state = self._state(work)
            if _is_done(folder, state):
                shutil.rmtree(work)
                return
            _begin(work, state)
            if writer.sentences:
                self._run(writer, work)
            runs = [
                [stack.enter_context(path.open("rb")) for path in paths]
                for paths in (self._paths(work, direction) for direction in _DIRECTIONS)
            ] if writer.sentences else [[], []]  # fmt: skip
            words = tuple(list(each.keys) for each in writer.vocabularies)
            learnt = count_links((source, target), (runs[0], runs[1]), (words[0], words[1]))
        with atomic_path(folder / PRIORS) as path:
            learnt.save(path)
        facts = {"state": state, "sha256": sha256_file(folder / PRIORS), "stems": self.stems}
        write_text(json.dumps(facts, indent=1) + "\n", folder / FACTS)
        shutil.rmtree(work)

    def _state(self, work: Path) -> str:
        return fingerprint(
            texts=[sha256_file(work / f"{side}.txt") for side in ("source", "target")],
            plan=asdict(self.plan),
            samplers=self.samplers,
            stems=self.stems,
            version=self.version,
        )

    def _paths(self, work: Path, direction: str) -> list[Path]:
        return [work / f"links.{number}.{direction}.txt" for number in range(self.samplers)]

    def _run(self, writer: TextWriter, work: Path) -> None:
        rounds = self.plan.rounds(writer.sentences, writer.words)

        def job(path: Path, sampler: int, reverse: bool, note: Note) -> None:
            with atomic_path(path) as temporary, temporary.open("w+b") as links:
                task = Task(
                    *writer.files, None, links, reverse, rounds,
                    self.plan.null_prior, self.plan.seed_of(sampler, reverse),
                )  # fmt: skip
                run(self.program, task, note)
                check_lines(links, writer.sentences)

        jobs = [
            partial(job, path, sampler, direction == "reverse")
            for direction in _DIRECTIONS
            for sampler, path in enumerate(self._paths(work, direction))
            if not path.exists()
        ]
        if jobs:
            self.workers.run(jobs)


def load(folder: Path, stems: tuple[int, int]) -> priors.Priors:
    """The priors that were left in a folder.

    Raises:
        ConfigError: there are none, they are broken, or were learnt with other stems.
    """
    facts = _facts(folder)
    if not facts:
        raise ConfigError(
            f"aligner 'eflomal': there are no priors in {str(folder)!r}; prepare() did not end"
        )
    if facts.get("sha256") != sha256_file(folder / PRIORS):
        raise ConfigError(
            f"aligner 'eflomal': {str(folder / PRIORS)!r} is not as it was written; remove the "
            "folder to have the priors learnt again"
        )
    if facts.get("stems") != list(stems):
        raise ConfigError(
            f"aligner 'eflomal': the priors in {str(folder)!r} were learnt with source_stem and "
            f"target_stem {facts.get('stems')}, and now they are {list(stems)}"
        )
    return priors.load(folder / PRIORS)


def _facts(folder: Path) -> dict[str, object]:
    try:
        read = json.loads((folder / FACTS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) and (folder / PRIORS).is_file() else {}


def _is_done(folder: Path, state: str) -> bool:
    facts = _facts(folder)
    return facts.get("state") == state and facts["sha256"] == sha256_file(folder / PRIORS)


def _begin(work: Path, state: str) -> None:
    """Remove links that belong to another text or other settings, and what a kill left."""
    file = work / "state.txt"
    same = file.is_file() and file.read_text("utf-8") == state
    for path in _left(work):
        if not same or path.name.startswith("."):
            path.unlink()
    write_text(state, file)


def _left(work: Path) -> Iterator[Path]:
    yield from [*work.glob("links.*"), *work.glob(".*.tmp")]
