"""Modes: what Apertium calls a direction of translation, one file with a pipeline each.

eng-spa.mode:  lt-proc 'eng-spa.automorf.bin' | apertium-tagger -g $2 'eng-spa.prob' | ...
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from spanferry.data.errors import ConfigError, MissingExtraError
from spanferry.translators.apertium.directions import Direction, find, parse
from spanferry.translators.apertium.packages import package_of, suggestion
from spanferry.translators.apertium.tagger import forgets_too_little

#: Where Debian keeps modes, and where a build from source puts them.
FOLDERS = ("/usr/share/apertium", "/usr/local/share/apertium")
#: Programs that pass a result on at each null character when they are told to (`-z`).
_FLUSHING = re.compile(r"(?:apertium|lt|lrx|lsx|rtx|cg|hfst)-[\w-]+")
#: Analysers after which words can be numbered.
_ANALYSERS = ("lt-proc", "hfst-proc")
#: Takes the numbers off before words are inflected, and puts them back on.
_DETACH = "apertium-wblank-detach"


@dataclass(frozen=True, slots=True)
class Mode:
    """A direction that is installed.

    Args:
        name: its name.
        path: the mode file.
        folder: the folder that holds `modes/`; the programs run there.
        stages: the command lines, without `-z`; `$1` stands where marks for unknown words are
            chosen.
    """

    name: str
    path: Path
    folder: str
    stages: tuple[tuple[str, ...], ...]

    @property
    def numbers(self) -> bool:
        """Whether words can be numbered (Apertium 3.8 and later)."""
        return self.stages[0][0] in _ANALYSERS and shutil.which(_DETACH) is not None

    def parts(self, *, numbered: bool) -> list[list[list[str]]]:
        """The command lines, null flush included, in parts that are run one after the other.

        The first part is the analyser alone; a tagger that needs care is a part of its own.

        Args:
            numbered: whether words are numbered after the first part.
        """
        made = [[_command(self.stages[0])]]
        open_part = False
        for stage in self.stages[1:]:
            if forgets_too_little(stage):
                made.append([_command(stage)])
                open_part = False
                continue
            if not open_part:
                made.append([])
                open_part = True
            if numbered and "$1" in stage:
                made[-1].append([_DETACH])
            made[-1].append(_command(stage))
        return made

    def programs(self) -> list[str]:
        """The names of the programs, each once."""
        return list(dict.fromkeys(stage[0] for stage in self.stages))


def folder(data_path: str | None) -> Path:
    """The folder that holds `modes/`.

    Raises:
        ConfigError: `data_path` holds none.
        MissingExtraError: no folder of the system does.
    """
    if data_path is not None:
        given = Path(data_path).expanduser()
        if not (given / "modes").is_dir():
            raise ConfigError(
                f"translate.data_path: {str(given)!r} holds no folder 'modes'; it has to be a "
                "folder as `apertium -d` takes it"
            )
        return given.absolute()
    places = [Path(place) for place in (os.environ.get("APERTIUM_DATADIR"), *FOLDERS) if place]
    found = next((place for place in places if (place / "modes").is_dir()), None)
    if found is None:
        raise MissingExtraError(
            "translator 'apertium' needs Apertium, which is not installed; "
            f"run: apt-get install apertium {suggestion()}"
        )
    return found


def installed(place: Path) -> list[str]:
    """The names of the modes in a folder."""
    return sorted(path.stem for path in (place / "modes").glob("*.mode"))


def choose(place: Path, name: str | None, source: str, target: str) -> str:
    """The name of the mode for two languages, or the one that is asked for.

    Raises:
        ConfigError: there is no such mode, or it is for other languages, or there are several
            variants and none is the plain one.
        MissingExtraError: none is installed for these languages.
    """
    names = installed(place)
    there = f"in {place / 'modes'}: {', '.join(names) or 'nothing'}"
    if name is not None:
        if name not in names:
            raise ConfigError(f"translate.mode: there is no mode {name!r} {there}")
        direction = parse(name)
        if direction is not None and not direction.translates(source, target):
            raise ConfigError(
                f"translate.mode: {name!r} does not translate {source} to {target}; "
                f"leave it out, or name one that does, {there}"
            )
        return name
    directions = [d for d in map(parse, names) if d is not None]
    fitting = find(directions, source, target)
    if not fitting:
        raise MissingExtraError(_absent(directions, source, target, there))
    if len(fitting) > 1:
        raise ConfigError(
            f"translate.mode: several modes translate {source} to {target}: "
            f"{', '.join(d.name for d in fitting)}; name one"
        )
    return fitting[0].name


def load(place: Path, name: str) -> Mode:
    """Read a mode file.

    Raises:
        ConfigError: it is not a plain pipeline.
        MissingExtraError: a program of it is not installed.
    """
    path = place / "modes" / f"{name}.mode"
    lexer = shlex.shlex(path.read_text("utf-8"), posix=True, punctuation_chars=True)
    lexer.commenters = ""
    lexer.whitespace_split = True
    stages: list[tuple[str, ...]] = []
    stage: list[str] = []
    for token in [*lexer, "|"]:
        if token == "|":
            stages += _split(tuple(stage))
            stage = []
        else:
            stage.append(token)
    odd = [t for s in stages for t in s if not t or set(t) <= set("();<>|&")]
    if odd or any(not s for s in stages) or len(stages) < 2:
        raise ConfigError(
            f"translate.mode: {path} is no plain pipeline of programs"
            + (f" ({odd[0]!r})" if odd else "")
        )
    mode = Mode(name, path, str(place), tuple(stages))
    for program in mode.programs():
        if shutil.which(program) is None:
            raise MissingExtraError(
                f"translator 'apertium' needs the program {program!r} for mode {name}, which is "
                f"not installed; run: apt-get install {package_of(program)}"
            )
    return mode


def _split(stage: tuple[str, ...]) -> list[tuple[str, ...]]:
    """A transfer of the old kind as the two programs that numbers pass through.

    `apertium-transfer A B x.autobil.bin` looks words up itself; `apertium` runs it this way too.
    """
    match stage:
        case ("apertium-transfer", rules, made, words) if words.endswith("autobil.bin"):
            return [("lt-proc", "-b", words), ("apertium-transfer", "-b", rules, made)]
    return [stage]


def _command(stage: Sequence[str]) -> list[str]:
    """A command line with null flush, without marks at unknown words (`$1` is `-n` for that)."""
    program, *rest = stage
    flush = ["-z"] if _FLUSHING.fullmatch(program) else []
    # $2 is for showing ambiguity, which nobody wants here
    return [program, *flush, *("-n" if word == "$1" else word for word in rest if word != "$2")]


def _absent(directions: Sequence[Direction], source: str, target: str, there: str) -> str:
    near = [d.name for d in directions if d.starts(source) or d.ends(target)]
    text = f"translator 'apertium' has no mode for {source} to {target} {there}"
    if near:
        text += f"; nearest: {', '.join(near)}"
    return f"{text}; {suggestion(source, target)}"
