"""Links of a few thousand pairs: texts out to the program, votes back in, one alignment of them."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from typing import IO

from spanferry.aligners.base import WordPair
from spanferry.aligners.eflomal.files import room
from spanferry.aligners.eflomal.priors import Priors
from spanferry.aligners.eflomal.program import Program, Task, run
from spanferry.aligners.eflomal.sampling import Plan, Workers, temporary
from spanferry.aligners.eflomal.texts import TextWriter
from spanferry.aligners.eflomal.votes import Votes, check_lines, count, parse
from spanferry.aligners.eflomal.windows import Window
from spanferry.aligners.symmetrize import Symmetrization, symmetrize
from spanferry.data.links import Link

#: Scores are rounded to this many digits.
_DIGITS = 4
log = logging.getLogger("spanferry")


@dataclass(frozen=True, slots=True)
class Sampler:
    """Aligns pairs.

    Args:
        program, workers, plan: see there.
        samplers: runs in each direction.
        stems: see `texts.key`, of source and target.
        symmetrization: how the two directions are made one.
        priors: what is known of the words.
    """

    program: Program
    workers: Workers
    plan: Plan
    samplers: int
    stems: tuple[int, int]
    symmetrization: Symmetrization
    priors: Priors | None = None

    def links(self, pairs: Sequence[WordPair]) -> list[tuple[Link, ...]]:
        """The links of each pair, sorted.

        Raises:
            ConfigError: the program failed.
            RetryableError: it was killed, or the disk is full.
        """
        found: list[set[Link]] = [set() for _ in pairs]
        with room("the folder of temporary files (TMPDIR)"), ExitStack() as stack:
            source, target = (stack.enter_context(temporary()) for _ in range(2))
            writer = TextWriter(source, target, self.stems)
            parts = [(place, part) for place, pair in enumerate(pairs) for part in writer.add(pair)]
            writer.close()
            if writer.cut:
                log.info("align: eflomal aligns %d very long pairs in parts", writer.cut)
            if parts:
                known = None
                if self.priors is not None:
                    known = stack.enter_context(temporary())
                    left, right = writer.vocabularies
                    self.priors.write(left.keys, right.keys, known)
                rounds = self.plan.rounds(writer.sentences, writer.words)
                votes = self._votes((source, target, known), len(parts), rounds, stack)
                self._elect(parts, votes, found)
        return [tuple(sorted(each)) for each in found]

    def _votes(
        self,
        files: tuple[IO[bytes], IO[bytes], IO[bytes] | None],
        sentences: int,
        rounds: tuple[int, int, int],
        stack: ExitStack,
    ) -> list[Votes]:
        """The votes from source to target, and from target to source."""
        tasks = [
            Task(
                *files, stack.enter_context(temporary()), reverse, rounds,
                self.plan.null_prior, self.plan.seed_of(sampler, reverse),
            )
            for reverse in (False, True)
            for sampler in range(self.samplers)
        ]  # fmt: skip
        self.workers.run([partial(run, self.program, task) for task in tasks])
        for task in tasks:
            check_lines(task.links, sentences)
        return [
            count([parse(t.links.read(), sentences) for t in tasks if t.reverse == reverse])
            for reverse in (False, True)
        ]

    def _elect(
        self,
        parts: Sequence[tuple[int, Window]],
        votes: Sequence[Votes],
        found: Sequence[set[Link]],
    ) -> None:
        """Make the links of both directions one, and add them to those of their pairs."""
        scores: list[dict[tuple[int, int], float]] = [defaultdict(float) for _ in parts]
        elected: list[list[list[tuple[int, int]]]] = [[[], []] for _ in parts]
        for side, direction in enumerate(votes):
            for part, i, j, share in zip(
                direction.pair.tolist(), direction.source.tolist(), direction.target.tolist(),
                direction.share.tolist(), strict=True,
            ):  # fmt: skip
                scores[part][i, j] += share / 2
                if share > 0.5:
                    elected[part][side].append((i, j))
        for (place, window), score, (ahead, back) in zip(parts, scores, elected, strict=True):
            # most often both say the same, in the same order, and there is nothing to decide
            one = ahead if ahead == back else symmetrize(ahead, back, self.symmetrization)
            for i, j in one:
                first, second = i + window.source[0], j + window.target[0]
                if window.keeps(first, second):
                    found[place].add(Link(first, second, round(score[i, j], _DIGITS)))
