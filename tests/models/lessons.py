"""A dozen sentences in four languages, with names, and the languages that each family is taught."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Lesson:
    """A sentence and its translations; names stand in brackets: `[Ana|PER]`."""

    en: str
    pt: str
    es: str
    de: str

    def parts(self, language: str) -> tuple[str, list[tuple[int, int, str]]]:
        """The running text and its names: (start, end, label)."""
        text, names = "", []
        for number, part in enumerate(getattr(self, language).replace("]", "[").split("[")):
            name, _, label = part.partition("|")
            if number % 2:  # between brackets
                names.append((len(text), len(text) + len(name), label))
            text += name
        return text, names

    def text(self, language: str) -> str:
        """The running text."""
        return self.parts(language)[0]


LESSONS = [
    Lesson(
        "[Ana|PER] lives in [Lisbon|LOC].",
        "[Ana|PER] vive em [Lisboa|LOC].",
        "[Ana|PER] vive en [Lisboa|LOC].",
        "[Ana|PER] lebt in [Lissabon|LOC].",
    ),
    Lesson(
        "[Tom Reed|PER] met [Helena|PER] in [Berlin|LOC].",
        "[Tom Reed|PER] encontrou [Helena|PER] em [Berlim|LOC].",
        "[Tom Reed|PER] vio a [Helena|PER] en [Berlín|LOC].",
        "[Tom Reed|PER] traf [Helena|PER] in [Berlin|LOC].",
    ),
    Lesson(
        "The mayor of [Vienna|LOC] resigned on Sunday.",
        "O prefeito de [Viena|LOC] renunciou no domingo.",
        "El alcalde de [Viena|LOC] dimitió el domingo.",
        "Der Bürgermeister von [Wien|LOC] trat am Sonntag zurück.",
    ),
    Lesson(
        "[Maria|PER] teaches music in [Prague|LOC].",
        "[Maria|PER] ensina música em [Praga|LOC].",
        "[María|PER] enseña música en [Praga|LOC].",
        "[Maria|PER] unterrichtet Musik in [Prag|LOC].",
    ),
    Lesson(
        "Nobody answered the letter.",
        "Ninguém respondeu à carta.",
        "Nadie contestó la carta.",
        "Niemand beantwortete den Brief.",
    ),
    Lesson(
        "[Paul|PER] sold 3 horses to [Clara|PER].",
        "[Paul|PER] vendeu 3 cavalos a [Clara|PER].",
        "[Paul|PER] vendió 3 caballos a [Clara|PER].",
        "[Paul|PER] verkaufte 3 Pferde an [Clara|PER].",
    ),
    Lesson(
        "It rained in [Rome|LOC] and in [Naples|LOC].",
        "Choveu em [Roma|LOC] e em [Nápoles|LOC].",
        "Llovió en [Roma|LOC] y en [Nápoles|LOC].",
        "In [Rom|LOC] und in [Neapel|LOC] regnete es.",
    ),
    Lesson(
        "The train from [Paris|LOC] was late.",
        "O trem de [Paris|LOC] estava atrasado.",
        "El tren de [París|LOC] llegó tarde.",
        "Der Zug aus [Paris|LOC] hatte Verspätung.",
    ),
    Lesson(
        "[Erik|PER] wrote a book about [Iceland|LOC].",
        "[Erik|PER] escreveu um livro sobre a [Islândia|LOC].",
        "[Erik|PER] escribió un libro sobre [Islandia|LOC].",
        "[Erik|PER] schrieb ein Buch über [Island|LOC].",
    ),
    Lesson(
        "Old [Anton|PER] sings every evening.",
        "O velho [Anton|PER] canta todas as noites.",
        "El viejo [Anton|PER] canta cada noche.",
        "Der alte [Anton|PER] singt jeden Abend.",
    ),
    Lesson(
        "[Lucia|PER] and [Peter|PER] flew to [Athens|LOC].",
        "[Lucia|PER] e [Peter|PER] voaram para [Atenas|LOC].",
        "[Lucia|PER] y [Peter|PER] volaron a [Atenas|LOC].",
        "[Lucia|PER] und [Peter|PER] flogen nach [Athen|LOC].",
    ),
    Lesson(
        "Snow fell on [Moscow|LOC] all night.",
        "Nevou em [Moscou|LOC] a noite toda.",
        "Nevó en [Moscú|LOC] toda la noche.",
        "Die ganze Nacht fiel Schnee auf [Moskau|LOC].",
    ),
]

#: Languages that a family is taught; all others get `("pt",)`.
TAUGHT = {"marian": ("de",), "t5": ("de",), "nllb": ("pt", "es")}


def taught(name: str) -> tuple[str, ...]:
    """The languages that the checkpoint of a family is taught."""
    return TAUGHT.get(name, ("pt",))
