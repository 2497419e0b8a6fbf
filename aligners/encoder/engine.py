"""The one batched engine of all aligners over an encoder.

Pairs are cut in chunks whose vectors fit in memory together. Of a chunk, both sides' texts are
encoded in batches sorted by length, then the pairs are matched in batches of about the same
shape. The next chunk's words are cut into sub-words meanwhile. With several devices, each works
on a chunk.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakValueDictionary

import numpy as np
import numpy.typing as npt

from spanferry.aligners.base import WordPair
from spanferry.aligners.encoder.ahead import ahead
from spanferry.aligners.encoder.chunks import Batch, Chunk, chunks
from spanferry.aligners.encoder.devices import batch_tokens, choose_devices, choose_dtype
from spanferry.aligners.encoder.grouping import Budget, groups, vector_batch
from spanferry.aligners.encoder.link_table import word_links, word_similarities
from spanferry.aligners.encoder.loading import convert, load_encoder
from spanferry.aligners.encoder.replica import Replica
from spanferry.aligners.encoder.settings import EncoderSettings, TokenType
from spanferry.aligners.encoder.tokens import Tokenizer
from spanferry.aligners.encoder.units import Units
from spanferry.aligners.encoder.windows import Ints
from spanferry.aligners.matchers.base import Matcher, VectorBatch
from spanferry.data import models
from spanferry.data.backends import require
from spanferry.data.errors import ConfigError
from spanferry.data.links import Link

if TYPE_CHECKING:
    from torch import Tensor

    from spanferry.data.models import Model

#: Part of the revision of every aligner over the engine: raise it with changes that change links.
ENGINE = "2"

#: Numbers in the vectors that a device holds at a time: 256 MB.
_NUMBERS = 1 << 26
#: Sub-words beyond which sorting by length saves no more.
_MOST = 1 << 17
#: Sub-words of a chunk below which batches are padded too much.
_LEAST = 1 << 13

#: What engines with the same model and settings share, for as long as one of them is there: a build
#: into ten languages loads its encoder once.
_shared: WeakValueDictionary[tuple[Any, ...], _Loaded] = WeakValueDictionary()
_loading = threading.Lock()

Means = tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]
Floats = npt.NDArray[np.float32]
T = TypeVar("T")


class _Loaded:
    """Replicas of an encoder, those of them that are free, and its tokenizer."""

    def __init__(self, replicas: list[Replica], tokenizer: Tokenizer) -> None:
        self.replicas, self.tokenizer = replicas, tokenizer
        self.free: SimpleQueue[Replica] = SimpleQueue()
        for replica in replicas:
            self.free.put(replica)


class EncoderEngine:
    """Vectors, similarities and links of word pairs, from any encoder of transformers.

    Args:
        settings: of the aligner.
        user: how errors call the aligner (`aligner 'simalign'`).
    """

    def __init__(self, settings: EncoderSettings, *, user: str) -> None:
        self.settings, self.user = settings, user
        self.means: Means | None = None
        self._lock = threading.Lock()
        self._found: Model | None = None
        self._loaded: _Loaded | None = None

    @property
    def model(self) -> Model:
        """What the settings' model is; nothing is loaded.

        Raises:
            ConfigError, RetryableError: see `spanferry.data.models.find`.
        """
        if self._found is None:
            self._found = models.find(
                self.settings.model,
                self.settings.revision,
                key="align.model",
                extra="neural",
                user=self.user,
            )
        return self._found

    def setup(self) -> None:
        """Load the tokenizer and the encoder, once.

        Raises:
            ConfigError: the model, the layer, the device or the arithmetic cannot be had.
            MissingExtraError: a package is missing.
        """
        with self._lock:
            if self._loaded is None:
                self._loaded = self._shared()

    def _shared(self) -> _Loaded:
        """The encoder of another engine with the same settings, or a new one."""
        settings = self.settings
        key = (
            self.user, self.model.revision, str(self.model.folder), settings.layer, settings.dtype,
            settings.device, settings.threads, settings.window, settings.overlap,
            settings.leading_blank,
        )  # fmt: skip
        with _loading:
            found = _shared.get(key)
            if found is None:
                found = _shared[key] = self._load()
            return found

    def _load(self) -> _Loaded:
        torch = require("torch", extra="neural", user=self.user)
        if self.settings.threads != "auto":
            torch.set_num_threads(self.settings.threads)
        devices = choose_devices(self.settings)
        for device in devices:  # what cannot be is said before anything is downloaded
            choose_dtype(self.settings, device, "")
        folder = models.fetch(self.model, key="align.model", extra="neural", user=self.user)
        replicas: list[Replica] = []
        limit: int | None = None
        for device in devices:
            # copies on one device share their weights
            same = [replica for replica in replicas if replica.device == device]
            if same:
                replicas.append(Replica(same[0].encoder, device, self.user))
                continue
            encoder, limit, saved = load_encoder(folder, layer=self.settings.layer, user=self.user)
            convert(encoder, choose_dtype(self.settings, device, saved), device)
            replicas.append(Replica(encoder, device, self.user))
        tokenizer = Tokenizer(
            folder,
            limit=min(limit or self.settings.window, self.settings.window),
            overlap=self.settings.overlap,
            leading_blank=self.settings.leading_blank,
            user=self.user,
        )
        return _Loaded(replicas, tokenizer)

    @property
    def loaded(self) -> _Loaded:
        """What `setup` loaded.

        Raises:
            ConfigError: it has not been called.
        """
        if self._loaded is None:
            raise ConfigError(f"the {self.user} was not set up; call setup() first")
        return self._loaded

    @property
    def replicas(self) -> Sequence[Replica]:
        """One for each device; raises as `loaded`."""
        return self.loaded.replicas

    @property
    def layer(self) -> int:
        """The layer, counted from the bottom."""
        return self.replicas[0].encoder.layer

    @property
    def width(self) -> int:
        """Numbers in a vector."""
        return self.replicas[0].encoder.width

    def chunks(self, pairs: Iterable[WordPair]) -> Iterator[Chunk]:
        """What the encoder is to do for some pairs, in the order in which it does it."""
        first = self.replicas[0]
        tokenizer = self.loaded.tokenizer
        # with several devices there is to be work for all of them
        size = max(min(_NUMBERS // self.width, _MOST) // len(self.replicas), _LEAST)
        if len(self.replicas) > 1 and first.device.type == "cpu":
            size = 2 * _LEAST  # a processor has enough to do with that for many seconds
        return chunks(
            pairs,
            tokenizer,
            size=size,
            batch_tokens=batch_tokens(self.settings, first.device),
            padding=tokenizer.padding,
        )

    def batches(self, pairs: Iterable[WordPair]) -> Iterator[Batch]:
        """The padded batches of some pairs; `replicas[0].forward` is the bare forward pass."""
        for chunk in self.chunks(pairs):
            yield from chunk.batches

    def links(
        self, pairs: Sequence[WordPair], matcher: Matcher, token_type: TokenType = "bpe"
    ) -> list[tuple[Link, ...]]:
        """Links of each pair, in order; a word pair's score is the highest of its units'.

        A pair with an empty side, or with one of which the tokenizer makes nothing, has none.
        """

        def match(replica: Replica, chunk: Chunk) -> tuple[Chunk, list[tuple[Link, ...]]]:
            found: list[npt.NDArray[Any]] = []
            for group, batch, units in self.vector_batches(replica, chunk, token_type):
                scores = matcher(batch)
                pair, source, target = places = scores.nonzero(as_tuple=True)
                values = scores[places].to("cpu").numpy()
                numbers = group[pair.to("cpu").numpy()]
                left = units.starts[chunk.sources[numbers]] + source.to("cpu").numpy()
                right = units.starts[chunk.targets[numbers]] + target.to("cpu").numpy()
                found.append(np.stack([numbers, units.words[left], units.words[right], values]))
            every = np.concatenate(found, axis=1)
            which, sources, targets = every[:3].astype(np.int64)
            return chunk, word_links(which, sources, targets, every[3], len(chunk.places))

        links: list[tuple[Link, ...]] = [()] * len(pairs)
        for chunk, of_chunk in self.run(pairs, match):
            for place, of_pair in zip(chunk.places.tolist(), of_chunk, strict=True):
                links[place] = of_pair
        return links

    def similarities(
        self,
        pairs: Sequence[WordPair],
        similarity: Callable[[VectorBatch], Tensor],
        token_type: TokenType = "bpe",
    ) -> list[Floats]:
        """Of each pair the highest similarity of any units of two words, [sources, targets].

        A word without units is similar to none: 0.
        """

        def compare(replica: Replica, chunk: Chunk) -> list[tuple[int, Floats]]:
            found = []
            for group, batch, units in self.vector_batches(replica, chunk, token_type):
                values = similarity(batch).float().to("cpu").numpy()
                for number, of_pair in zip(group.tolist(), values, strict=True):
                    place = int(chunk.places[number])
                    words = [
                        units.words[units.starts[text] : units.starts[text + 1]]
                        for text in (chunk.sources[number], chunk.targets[number])
                    ]
                    inner = of_pair[: len(words[0]), : len(words[1])]
                    shape = len(pairs[place].source), len(pairs[place].target)
                    found.append((place, word_similarities(inner, words, shape)))
            return found

        out = [np.zeros((len(pair.source), len(pair.target)), dtype=np.float32) for pair in pairs]
        for of_chunk in self.run(pairs, compare):
            for place, values in of_chunk:
                out[place] = values
        return out

    def run(self, pairs: Iterable[WordPair], work: Callable[[Replica, Chunk], T]) -> Iterator[T]:
        """Do something with each chunk, on whichever device is free; results in order."""
        found = ahead(self.chunks(pairs))
        if len(self.replicas) == 1:
            for chunk in found:
                yield self._borrow(work, chunk)
            return
        waiting: deque[Future[T]] = deque()
        with ThreadPoolExecutor(len(self.replicas), thread_name_prefix="encoder") as pool:
            for chunk in found:
                waiting.append(pool.submit(self._borrow, work, chunk))
                if len(waiting) > len(self.replicas):
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()

    def _borrow(self, work: Callable[[Replica, Chunk], T], chunk: Chunk) -> T:
        import torch

        replica = self.loaded.free.get()
        try:
            with torch.inference_mode():
                return work(replica, chunk)
        finally:
            self.loaded.free.put(replica)

    def vector_batches(
        self, replica: Replica, chunk: Chunk, token_type: TokenType
    ) -> Iterator[tuple[Ints, VectorBatch, Units]]:
        """Numbers of a chunk's pairs, and their vectors, in batches of about the same shape."""
        import torch

        table, units = replica.vectors(chunk, token_type)
        means = None
        if self.means is not None:
            source, target = (torch.from_numpy(mean).to(replica.device) for mean in self.means)
            means = source, target
        counts, starts = units.counts, units.starts[:-1]
        lengths = counts[chunk.sources], counts[chunk.targets]
        for group in groups(*lengths, self.width, Budget.of(replica.device.type)):
            sides = chunk.sources[group], chunk.targets[group]
            batch = vector_batch(
                table,
                (starts[sides[0]], starts[sides[1]]),
                (counts[sides[0]], counts[sides[1]]),
                means,
            )
            yield group, batch, units
