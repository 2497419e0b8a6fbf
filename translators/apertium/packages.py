"""Debian's packages for Apertium: which to install, and what is known of those installed."""

from __future__ import annotations

from functools import cache

from spanferry.translators.apertium.directions import parse

#: Packages of Debian 12 that hold modes, by the pair in their names.
PAIRS = (
    "afr-nld", "arg-cat", "bel-rus", "br-fr", "cat-ita", "cat-srd", "dan-nor", "en-gl", "eng-cat",
    "eng-spa", "eo-ca", "eo-en", "eo-es", "eo-fr", "es-gl", "es-pt", "es-ro", "eu-en", "eu-es",
    "fr-es", "fra-cat", "fra-frp", "hbs-eng", "hbs-mkd", "hbs-slv", "ind-zlm", "isl-eng",
    "isl-swe", "mkd-bul", "mkd-eng", "nno-nob", "oc-ca", "oc-es", "oci-fra", "pol-szl", "por-cat",
    "pt-gl", "rus-ukr", "spa-arg", "spa-ast", "spa-cat", "spa-ita", "srd-ita", "swe-dan",
    "swe-nor", "urd-hin",
)  # fmt: skip
#: Those that translate into the second language of their names alone.
_ONE_WAY = frozenset({"eu-en", "isl-eng", "mkd-eng"})
#: Programs by the package that brings them, the rest comes with `apertium`.
_PROGRAMS = {
    "lt-proc": "lttoolbox", "lrx-proc": "apertium-lex-tools", "lsx-proc": "apertium-separable",
    "cg-proc": "cg3", "hfst-proc": "hfst", "rtx-proc": "apertium-recursive",
    "apertium-anaphora": "apertium-anaphora",
}  # fmt: skip


def package_of(program: str) -> str:
    """The Debian package that brings a program."""
    return _PROGRAMS.get(program, "apertium")


def suggestion(source: str = "", target: str = "") -> str:
    """What to install for two languages (or, without them, an example of a pair's package)."""
    if not source:
        return "apertium-eng-spa"
    found = [name for name, one, other in _ways() if _fits(name, one, other, source, target)]
    if found:
        return f"run: apt-get install apertium apertium-{found[0]}"
    return f"Debian has none; from {source} it has: {_targets(source)}"


def _targets(source: str) -> str:
    made = []
    for name, one, other in _ways():
        direction = parse(f"{one}-{other}")
        if direction is not None and direction.starts(source):
            made.append(f"{other} (apertium-{name})")
    return ", ".join(sorted(made)) or "nothing"


def _fits(name: str, one: str, other: str, source: str, target: str) -> bool:
    direction = parse(f"{one}-{other}")
    return direction is not None and direction.translates(source, target)


@cache
def _ways() -> tuple[tuple[str, str, str], ...]:
    """Package, source, target of all directions."""
    made: list[tuple[str, str, str]] = []
    for name in PAIRS:
        one, other = name.split("-")
        made.append((name, one, other))
        if name not in _ONE_WAY:
            made.append((name, other, one))
    return tuple(made)
