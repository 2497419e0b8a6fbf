"""Source texts with typographic marks, so that a student understands both kinds.

A teacher's corpus holds mostly plain quotes, and a user's texts often hold typographic ones. Only
marks of one character change, so that offsets stay.

>>> curl('"It\\'s here" - he said')
'“It’s here” — he said'
"""

from __future__ import annotations

#: Marks that a vocabulary must have.
MARKS = "“”‘’–—…"


def curl(text: str) -> str:
    """The text with typographic quotes, apostrophes and dashes."""
    if not {'"', "'", "-"} & set(text):
        return text
    out: list[str] = []
    opened = False
    for place, character in enumerate(text):
        if character == '"':
            opened = not opened
            character = "“" if opened else "”"
        elif character == "'":
            begins = place == 0 or text[place - 1].isspace()
            character = "‘" if begins else "’"
        elif character == "-" and text[place - 1 : place + 2] == " - ":
            character = "—"
        out.append(character)
    return "".join(out)
