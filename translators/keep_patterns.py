"""How the things look that a translation must hold as the source does."""

from __future__ import annotations

import re

from spanferry.translators.keep_numbers import PATTERN as NUMBER

_FILES = (
    "py|js|ts|json|jsonl|ya?ml|toml|xml|html?|css|csv|tsv|txt|md|pdf|docx?|xlsx?|pptx?|zip|gz|tar|"
    "exe|png|jpe?g|gif|svg|mp[34]|wav|sh|cpp|java|sql|log|ini|cfg|conf|parquet"
)
_TOP_LEVEL = (
    "(?i:com|org|net|edu|gov|io|info|ly|tv|dev|app|ai)|(?:co|ac|com|org|gov)\\.[a-z]{2}"
    "|eu|uk|de|fr|pt|br"
)
_PICTURES = "☀-➿⬀-⯿\U0001f000-\U0001faff"
#: What may follow the "](" of a link: an address and a title.
_LINKED = r"[^()\s]+(?:\([^()\s]*\)[^()\s]*)?(?:\s\"[^\"]*\")?"

#: What an address does not go over: white space, quotes, emphasis, and what ends a Chinese clause.
_STOPS = r"\s<>\"`*|。，、；：！？（）「」『』《》"

#: By name, in the order in which they are tried at each place. All are word for word, but for
#: those that `keep_find` treats by name.
PATTERNS = {
    # # Heading, - point, 1. point, > quotation
    "prefix": r"\A\s*(?:(?:\#{1,6}|[-*+•]|>|\d{1,3}[.)])\s+)+(?=\S)",
    "code": r"```.+?```|``.+?``|(?<![\w`])`(?:[^`\s]|[^`\s][^`]*[^`\s])`(?!\w)",
    "link_open": rf"!?\[(?=[^\[\]]+\]\({_LINKED}\))",
    "link_close": rf"(?<=\S)\]\({_LINKED}\)",
    "url": rf"(?i:(?:https?|ftp)://|www\.)[^{_STOPS}]+",
    "mail": r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+",
    "tag": r"<!--.*?-->|</?[A-Za-z][\w:.-]*"
    r"(?:\s+[\w:.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s\"'<>=]+))?)*\s*/?>",
    # a letter of a word: Caf&eacute;
    "letter": r"(?<!\w)\w*(?:&[A-Za-z](?:acute|grave|uml|circ|tilde|ring|cedil|slash|caron);\w*)+",
    "entity": r"&(?:\#\d+|\#x[\da-fA-F]+|[A-Za-z][A-Za-z\d]{1,30});",
    # {{user.name}} ${HOME} {0} {} %s %(count)d %1$s $HOME %PATH% [NAME]
    "placeholder": r"\{\{.+?\}\}|\$\{[^{}]+\}|\{[A-Za-z_0-9][\w.\[\]:!,%-]*\}|\{\}"
    r"|(?<![\w%])%(?:\([\w.]+\)|\d+\$)?[-+0\#]*\d*(?:\.\d+)?l{0,2}[sdifgxXeEcurp](?!\w)"
    r"|\$[A-Z_][A-Z0-9_]+\b|%[A-Z_]{2,}%|\[[A-Z][A-Z0-9_]+\]",
    "file": rf"(?<![\w.-])(?:[\w-]+\.)+(?:{_FILES})\b(?!\()",
    "domain": rf"(?<![\w@.-])(?:[A-Za-z0-9-]+\.)+(?:{_TOP_LEVEL})\b(?:/[^{_STOPS}]*)?",
    "handle": r"(?<![\w@])@\w+(?:[.-]\w+)*|(?<![\w&#])\#(?=\w*[^\W\d_])\w+",
    # ~/x /usr/bin C:\Users run() max_tokens --dry-run
    "path": r"(?<![\w/.<])(?:(?:~|\.{1,2})/|/[\w.+-]*[A-Za-z][\w.+-]*/)[\w.+/-]*[\w/]"
    r"|\b[A-Za-z]:\\[\w\\.-]*\w",
    "name": r"\b[A-Za-z]\w*(?:\.\w+)*\(\)|\b[A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)+\b"
    r"|(?<![\w-])--[a-z][\w-]*(?:=\w+)?",
    "emphasis": r"(?<!\\)(?:\*{1,3}|_{1,3}|~~)",
    "pipe": r"\|",
    "iban": r"\b[A-Z]{2}\d{2}(?:\ ?[A-Z\d]{4}){2,}(?:\ ?[A-Z\d]{1,4})?\b",
    # COVID-19 v1.2.3 H2O A320
    "serial": r"(?<![\w-])(?:[A-Z]{1,8}-(?=\d)|[A-Za-z]+(?=\d))[\w-]*(?:\.\d\w*)*",
    "number": NUMBER,
    "emoji": rf"[{_PICTURES}][\u200d\ufe0e\ufe0f\u20e3{_PICTURES}]*",
}
ITEM = re.compile("|".join(f"(?P<{name}>{pattern})" for name, pattern in PATTERNS.items()))

#: A text with none of these has no items; one search in C, for nearly all texts the only one.
_HINT = re.compile(r"[0-9@#<>&{}\[\]*_~`|\\%$/]")
_RARE_HINT = re.compile(r"\.[^\W_]|--[a-z]|\A\s*[-+]\s|\w\(\)")
_WIDE_HINT = re.compile(rf"[\d€£¥₹°•{_PICTURES}]")


def may_have_items(text: str) -> bool:
    """False where no pattern matches for sure; takes a few microseconds."""
    return (
        _HINT.search(text) is not None
        or _RARE_HINT.search(text) is not None
        or (not text.isascii() and _WIDE_HINT.search(text) is not None)
    )
