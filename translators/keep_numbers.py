"""Numbers of a source text that its translation must hold, whatever its separators and digits.

"$1,000.50" -> "US$ 1.000,50" or "1 000,50 $"; "50 %" -> "٥٠٪"; "10:30 pm" -> "22h30"
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SYMBOLS = "$€£¥₹"
#: Symbols that are international; others ("mph", "lb", "ft") have words of their own in many
#: languages, so that only the digits are asked for.
_UNIT = (
    r"(?:[kKMGTmcdµn]?(?:Hz|Wh|W|V|Pa|J|bps|B)|[kmµ]?g|[mcµnk]?m[²³23]?|km/h|m/s|[mcd]?[lL]"
    r"|kcal|dB|[kMG]bit/s|ppm)"
)
_PERCENT = "%٪％"
PATTERN = (
    r"\+\d[\d()\ .-]{5,}\d|\(\d{2,4}\)\ ?\d[\d\ -]{4,}\d"  # +44 20 7946 0958; (020) 7946 0958
    rf"|(?:[A-Z]{{0,2}}[{_SYMBOLS}]\ ?)?(?:(?<![\w.,/:-])[-+−])?(?<![A-Za-z0-9_])"
    r"(?:\d{1,3}(?:\ \d{3})+(?!\d|[,-]\d)|\d+)(?:[.,:/'’\u00a0\u202f-]\d+)*"
    r"(?:[A-Za-zµ]+/[a-z]+(?!\w)|[A-Za-zµ][A-Za-zµ0-9]*|\ ?[%‰°º](?:\ ?[CF])?(?![\w(])"
    rf"|\ ?[€£¥₹]|\ [$](?!\d)|\ {_UNIT}(?![\w/]|['’.]\w))?[²³]?"
)
#: Numbers up to this are often written as words ("2 dogs" -> "dos perros") and not asked for.
MOST_SPELLED = 12
#: So are ordinals up to this ("the 25th" -> "vigésimo quinto").
MOST_ORDINAL = 31
#: What may stand between two groups of digits: 1.000,5 1 000,5 10:30 10h30 2024-05-01.
_BETWEEN = re.compile(r"[.,:/\-'’ \u00a0\u202f٫٬() hH+]{1,2}")
_GROUP = re.compile(r"\d+")
_PARTS = re.compile(rf"(?P<before>[A-Z]*[{_SYMBOLS}])?(?P<number>.*\d)\s*(?P<after>\D*)", re.DOTALL)
#: Words for a thousand or a million, of which the zeros of a number may become one.
_SCALE = re.compile(
    r"[ \u00a0\u202f-]?(?:mil|mi\b|mio|mld|mln|mrd|bil|bn\b|tau|tsd|tus|tis|tys|tuh|tuk|duiz|bin\b"
    r"|ezer|ribu|juta|elfu|nghìn|triệu|тыс|тис|хил|млн|мил|млрд|χιλ|εκατ|ألف|آلاف|مليون|אלף|מיליון|हज़ार|लाख)",
    re.IGNORECASE,
)
_ROMAN = re.compile(r"\b[IVXLC]+\b")


@dataclass(frozen=True, slots=True)
class Number:
    """What of a number has to be in the translation.

    Args:
        digits: its digits without separators; any of these will do.
        unit: its unit, or "".
        free: whether it may be written as a word.
        ordinal: whether a Roman numeral will do.
        short: its digits without the last zeros, which do before a word ("80,000" -> "80 mil").
    """

    digits: tuple[str, ...]
    unit: str = ""
    free: bool = False
    ordinal: bool = False
    short: tuple[str, ...] = ()


def parse(text: str, following: str = "") -> Number:
    """What has to survive of a number such as `PATTERN` finds.

    Args:
        text: the number.
        following: the text after it, which may hold "pm".
    """
    parts = _PARTS.fullmatch(text)
    if parts is None:
        return Number((plain_digits(text),))
    number, after = parts["number"], parts["after"]
    digits = plain_digits("".join(_GROUP.findall(number)))
    simple = _GROUP.fullmatch(number) is not None
    if after in ("st", "nd", "rd", "th"):
        return Number((digits,), free=simple and int(digits) <= MOST_ORDINAL, ordinal=True)
    if after == "s" and len(digits) == 4:  # "the 1980s" -> "os anos 80"
        return Number((digits, digits[2:]))
    unit = (parts["before"] or "")[-1:] or (after if _is_unit(after) else "")
    if after.lower() in ("am", "pm") or re.match(r"\s?[ap]\.?m\b", following, re.IGNORECASE):
        unit = ""
        groups = _GROUP.findall(number)
        if len(groups) == 2:  # "10:30 pm" -> "22:30"
            later = str((int(groups[0]) + 12) % 24) + plain_digits(groups[1])
            return Number((digits, later))
    free = simple and not unit and int(digits) <= MOST_SPELLED
    return Number(
        (digits, *_other_dates(number)),
        unit,
        free=free,
        short=() if unit else _without_zeros(number),
    )


def _other_dates(number: str) -> list[str]:
    """The digits of a date in the orders of other languages: "2024-05-01" -> "01/05/2024"."""
    groups = _GROUP.findall(number)
    if [len(group) for group in groups] not in ([4, 2, 2], [2, 2, 4]) or number.count(",") > 0:
        return []
    a, b, c = map(plain_digits, groups)
    return [c + b + a, b + c + a] if len(a) == 4 else [c + b + a, b + a + c, c + a + b]


def _without_zeros(number: str) -> tuple[str, ...]:
    found = re.fullmatch(
        r"(\d+?(?:[.,'’ \u00a0\u202f]?\d{3})*?)((?:[.,'’ \u00a0\u202f]?000)+)", number
    )
    if found is None:
        return ()
    head = plain_digits("".join(_GROUP.findall(found[1])))
    zeros = found[2].count("000")
    return tuple(head + "000" * kept for kept in range(zeros))


def lost(source: Sequence[Number], translation: str) -> list[int]:
    """The places of the numbers that are missing in a translation, or there too often.

    Each number takes its own place in the translation: two equal ones need two. Further numbers
    are allowed ("twelve" -> "12"), further ones equal to one of three digits or more are not.
    """
    groups = [(m.start(), m.end(), plain_digits(m[0])) for m in _GROUP.finditer(translation)]
    used = [False] * len(groups)
    missing: list[int] = []
    # the longest first: "20" must not take a part of "20 000"
    order = sorted(range(len(source)), key=lambda n: -max(map(len, source[n].digits)))
    for number in order:
        wanted = source[number]
        place = next(_places(wanted, translation, groups, used), None)
        if place is not None:
            for group in place:
                used[group] = True
        elif not wanted.free and not (wanted.ordinal and _ROMAN.search(translation)):
            missing.append(number)
    for number, wanted in enumerate(source):
        again = Number(tuple(d for d in wanted.digits if len(d) > 2))
        if number not in missing and next(_places(again, translation, groups, used), None):
            missing.append(number)
    return sorted(missing)


def plain_digits(text: str) -> str:
    """Digits of any script as those of ASCII: "٢٠" -> "20"."""
    return text if text.isascii() else "".join(str(unicodedata.digit(c, c)) for c in text)


def _is_unit(text: str) -> bool:
    """Units, and what is written with a capital ("4K", "16GB"); not "20-year" or "30min"."""
    return re.fullmatch(_UNIT, text) is not None or any(
        c.isupper() or not (c.isalpha() or c.isspace()) for c in text
    )


def _places(
    wanted: Number,
    text: str,
    groups: Sequence[tuple[int, int, str]],
    used: Sequence[bool],
) -> Iterator[range]:
    """Runs of unused groups of digits that make the number, with its unit beside them."""
    for digits in (*wanted.digits, *wanted.short):
        for first in range(len(groups)):
            made, last = "", first
            while last < len(groups) and not used[last]:
                if last > first:
                    between = text[groups[last - 1][1] : groups[last][0]]
                    if not _BETWEEN.fullmatch(between):
                        break
                made += groups[last][2]
                last += 1
                if not digits.startswith(made):
                    break
                if made == digits:
                    start, end = groups[first][0], groups[last - 1][1]
                    if digits in wanted.digits:
                        fits = _has_unit(text, start, end, wanted.unit)
                    else:
                        fits = _SCALE.match(text, end) is not None
                    if fits:
                        yield range(first, last)
                    break


def _has_unit(text: str, start: int, end: int, unit: str) -> bool:
    if not unit:
        return True
    after = text[end : end + len(unit) + 2].lstrip(" \u00a0\u202f-")
    if unit in _SYMBOLS or unit in _PERCENT:
        signs = _PERCENT if unit in _PERCENT else unit
        before = text[max(0, start - 3) : start].rstrip(" \u00a0\u202f-+−")
        return after[:1] in tuple(signs) or before[-1:] in tuple(signs)
    if _squeezed(after).startswith(_squeezed(unit)):
        return True
    # other scripts have their own symbols: "5 kg" -> "5 кг", "5公斤"
    return after[:1].isalpha() and not unicodedata.name(after[0], "LATIN").startswith("LATIN")


def _squeezed(text: str) -> str:
    """Without blanks, and with the look-alikes of the degree sign and of raised digits as one."""
    return "".join(text.split()).translate(str.maketrans("º²³μ", "°23µ"))
