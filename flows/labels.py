"""Labels in the target languages: which names the published dataset gives them.

The shards keep the labels of the source; names are found at publishing. What the translator said
is kept in the work folder, so a second run needs no translator, and a changed name none either.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from spanferry.data.errors import ConfigError
from spanferry.data.files import write_text
from spanferry.data.fingerprint import fingerprint
from spanferry.data.publish.inventory import Inventory
from spanferry.data.publish.label_names import LabelNames
from spanferry.flows.backends import Backends
from spanferry.flows.retrying import with_retries
from spanferry.flows.units import Workshop, settings_that_matter
from spanferry.translators.base import Translation
from spanferry.translators.label_names import phrases, rename
from spanferry.translators.strings import string_translator

if TYPE_CHECKING:
    from spanferry.flows.pipeline import Watcher

KEY = "translate.translate_labels"


def check_labels(
    config: Any, backends: Backends, inventory: Inventory, *, partial: bool = False
) -> None:
    """Check, before anything is translated, that the labels can get names.

    Args:
        partial: only a part of the source was read, so a label may be missing.

    Raises:
        ConfigError: a name is given to a label that there is not, or the name of another label;
            or labels are to be translated, and the backend translates no text but the records'.
    """
    setting = config.translate.translate_labels
    labels = inventory.labels()
    for target in config.targets if setting else ():
        given = _given(setting, target)
        if not partial:
            _refuse_unknown(given, labels, target)
        _refuse_taken(given, labels, target)
        wanted = [label for label in labels if label not in given and phrases(label)]
        if wanted:
            try:
                string_translator(backends.translator(target, setup=False))
            except ConfigError as error:
                example = f"{KEY}: {{{target}: {{{wanted[0]}: ...}}}}"
                raise ConfigError(
                    f"{KEY}: {error}, so not the labels {_listed(wanted)}; name them: {example}"
                ) from error


def label_names(shop: Workshop, watcher: Watcher) -> dict[str, LabelNames]:
    """The names of all labels by target language; nothing where they are not to be translated.

    - A name that the user gives stands.
    - Labels without words (`PER`, `B2.3`) keep theirs, for the reason `code`.
    - Others are translated, each by itself. Where that fails they keep theirs, for its reason.
    - Labels that would come to have the same name (`born_in` and `born_on` are both `nascido_em`)
      all keep theirs, for the reason `same_name`.

    Raises:
        ConfigError: see `check_labels`, and the translator's `setup`.
    """
    setting = shop.config.translate.translate_labels
    if not setting:
        return {}
    labels = shop.source.inventory.labels()
    return {
        target: _names(shop, watcher, target, labels, _given(setting, target))
        for target in shop.config.targets
    }


def _names(
    shop: Workshop, watcher: Watcher, target: str, labels: Sequence[str], given: Mapping[str, str]
) -> LabelNames:
    of_label = {label: phrases(label) for label in labels if label not in given}
    wanted = [text for texts in of_label.values() for text in texts]
    known = _translations(shop, watcher, target, wanted)
    names = {label: given.get(label, label) for label in labels}
    kept: dict[str, str] = {}
    for label, texts in of_label.items():
        failed = next((known[text].error for text in texts if known[text].error), None)
        if failed or not texts:
            kept[label] = failed or "code"
        else:
            names[label] = rename(label, {text: known[text].text or "" for text in texts})
    for label in distinct(names, given):
        kept[label] = "same_name"
        names[label] = label
    return LabelNames(names, kept)


def distinct(names: Mapping[str, str], given: Iterable[str]) -> list[str]:
    """The labels that must keep their own names for all names to differ.

    >>> distinct({"born_in": "nascido_em", "born_on": "nascido_em", "city": "cidade"}, ())
    ['born_in', 'born_on']
    """
    current, fixed = dict(names), set(given)
    back: list[str] = []
    while True:
        users: dict[str, list[str]] = {}
        for label, name in current.items():
            users.setdefault(name, []).append(label)
        clashing = [
            label
            for group in users.values()
            for label in group
            if len(group) > 1 and label not in fixed and current[label] != label
        ]
        if not clashing:
            return back
        # one that takes its own name back may meet another that was translated to it
        current.update({label: label for label in clashing})
        back += clashing


def _translations(
    shop: Workshop, watcher: Watcher, target: str, wanted: Sequence[str]
) -> dict[str, Translation]:
    """Phrases translated one by one, or as they were in an earlier run."""
    info = shop.backends.translator(target, setup=False).info
    mark = fingerprint(
        languages=[shop.config.source.language, target],
        backend=[info.name, info.revision],
        settings=settings_that_matter(shop.config.translate),
    )
    key, path = f"labels/{target}", shop.layout.work / "labels" / target / f"{mark[:8]}.json"
    known: dict[str, dict[str, str | None]] = {}
    if shop.manifest.done(key, mark) is not None:
        with contextlib.suppress(ValueError):  # damaged: made anew
            known = json.loads(path.read_text("utf-8"))
    missing = [text for text in dict.fromkeys(wanted) if text not in known]
    if missing:
        start = time.perf_counter()
        watcher.start("labels", len(missing))
        translator = string_translator(shop.backends.translator(target))
        for text in missing:
            found = with_retries(translator.translate_texts, [text], shop.config.run.retries)[0]
            known[text] = {"text": found.text, "error": found.error}
            watcher.advance("labels", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(json.dumps(known, ensure_ascii=False, indent=1) + "\n", path)
        seconds = time.perf_counter() - start
        shop.manifest.enter(key, mark, path, rows=len(known), seconds=seconds)
        for old in set(path.parent.glob("*.json")) - {path}:
            old.unlink()
    return {text: Translation(known[text]["text"], error=known[text]["error"]) for text in wanted}


def _given(setting: Any, target: str) -> dict[str, str]:
    return dict(setting.get(target, {})) if isinstance(setting, dict) else {}


def _refuse_unknown(given: Mapping[str, str], labels: Sequence[str], target: str) -> None:
    unknown = next((label for label in given if label not in labels), None)
    if unknown is not None:
        near = difflib.get_close_matches(unknown, labels, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise ConfigError(
            f"{KEY}.{target}: the source has no label {unknown!r}{hint} "
            f"(labels: {_listed(labels) or 'none'})"
        )


def _refuse_taken(given: Mapping[str, str], labels: Sequence[str], target: str) -> None:
    users: dict[str, str] = {}
    for label, name in given.items():
        other = users.setdefault(name, label)
        if other == label and name != label and name in labels and name not in given:
            other = name  # it may come to keep its name
        if other != label:
            raise ConfigError(
                f"{KEY}.{target}: {label!r} and {other!r} would both be called {name!r}; "
                "names must differ"
            )


def _listed(labels: Sequence[str], most: int = 30) -> str:
    shown = ", ".join(labels[:most])
    return f"{shown}, ... ({len(labels)} in all)" if len(labels) > most else shown
