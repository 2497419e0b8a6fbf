"""The sections of the card of a student, for people; numbers are those of its report."""

from __future__ import annotations

import re
from collections.abc import Mapping

from spanferry.data.languages import name
from spanferry.data.publish.body import table
from spanferry.flows.distilling.report import DistilReport, Figures

#: Marks of Markdown and HTML; `table` sees to the bar between cells.
_MARKS = re.compile(r"([\\`*_{}\[\]<>#~&$])")
#: Why a pair was not learnt from, in words.
REASONS = {
    "duplicate": "the same text stood there before",
    "left_out": "stands in a text that must not be learnt from",
    "empty": "one side is empty",
    "too_long": "longer than a sentence is",
    "untranslated": "came out as it went in",
    "score": "the teacher thinks too little of its translation",
    "lowest_score": "among those that the teacher thinks least of",
    "length_ratio": "far longer or shorter than texts of its length are",
    "repetition": "says the same over and over, unlike its source",
    "marks": "brackets or quotes differ",
    "numbers": "lacks a number of its source",
}


def escaped(text: str) -> str:
    r"""A text as Markdown that shows it as it is.

    >>> escaped("*a* <b>")
    '\\*a\\* \\<b\\>'
    """
    return _MARKS.sub(r"\\\1", " ".join(text.split()))


def about(report: DistilReport) -> str:
    weights = report.student.parameters
    teacher = report.pairs.get("teacher")
    of = f"`{teacher['name']}` ({escaped(teacher['source'])})" if teacher else "its teacher"
    return (
        f"A small, fast translator from {name(report.source)} (`{report.source}`) to "
        f"{name(report.target)} (`{report.target}`): a transformer of {weights:,} weights "
        f"that learnt from translations of {of} (sequence-level knowledge distillation, Kim and "
        "Rush 2016), in the format of CTranslate2 with weights in int8. Made with spanferry "
        f"{report.version}; `distil.json` holds all that this page tells, as data."
    )


def use(report: DistilReport) -> str:
    linked = report.student.linked
    settings = "{backend: ctranslate2, model: path/to/this/folder"
    lines = [f"translate: {settings}, links: true}}" if linked else f"translate: {settings}}}"]
    if linked:
        lines.append("align: {backend: attention}   # the links of its attention, at no cost")
    python = [
        "import ctranslate2, sentencepiece",
        "",
        'folder = "path/to/this/folder"',
        "model = ctranslate2.Translator(folder)",
        'source = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/source.spm")',
        'target = sentencepiece.SentencePieceProcessor(model_file=f"{folder}/target.spm")',
        'pieces = [*source.encode("One sentence at a time.", out_type=str), "</s>"]',
        "(found,) = model.translate_batch([pieces], beam_size=4)",
        "print(target.decode(found.hypotheses[0]))",
    ]
    return (
        "In a configuration of spanferry:\n\n```yaml\n" + "\n".join(lines) + "\n```\n\nOr with "
        "CTranslate2 alone:\n\n```python\n" + "\n".join(python) + "\n```"
    )


def licence(report: DistilReport) -> str:
    if report.licence:
        text = f"{escaped(report.licence)}, as those who made the student stated."
    else:
        text = "Not stated by those who made the student."
    teacher = report.pairs.get("teacher")
    if teacher:
        known = escaped(teacher["licence"])
        text += f" That of the teacher: {known}. "
    else:
        text += " That of the teacher is not known here: its translations were given. "
    return text + (
        "Terms of the teacher and of the texts may bind what is made of them; this page does not "
        "say whether they do."
    )


def teacher(report: DistilReport) -> str:
    teacher = report.pairs.get("teacher")
    text = ""
    if teacher:
        text = table(
            ["backend", "source", "revision", "licence"],
            [[escaped(teacher[key]) for key in ("name", "source", "revision", "licence")]],
        )
    if report.pairs["read"]["pairs"]:
        count = f"{report.pairs['read']['pairs']:,} translations were given"
        text += f"\n\n{count}, and not made for this." if text else f"Not named: {count}."
    if report.teaching is not None:
        done = report.teaching
        text += (
            f"\n\nIt translated {done.texts:,} texts, about {done.speed:.1f} a second "
            f"(shards at work at the same time: {done.workers}; on a machine that need not be the "
            "one of the figures below)."
        )
    return text.strip()


def data(report: DistilReport) -> str:
    facts = report.pairs
    rows: list[list[object]] = [
        ["texts read", "", facts["read"]["sentences"]],
        ["pairs read", "", facts["read"]["pairs"]],
    ]
    rows += [
        ["left out", REASONS[key], facts[key]] for key in ("duplicate", "left_out") if facts[key]
    ]
    rows += [["not translated", f"`{reason}`", n] for reason, n in facts["errors"].items()]
    rows += [["left out", REASONS.get(key, f"`{key}`"), n] for key, n in facts["dropped"].items()]
    rows += [
        ["learnt from", "", report.student.examples],
        ["left out", "longer than the student was to see", report.student.too_long],
        ["held out", "for the figures", facts["held_out"]],
    ]
    text = table(["pairs", "why", "number"], rows)
    unusable = _counted(facts.get("unusable") or {})
    if unusable:
        text += f"\n\nRecords that could not be read: {unusable}."
    files = _files(report.ingredients)
    if files:
        text += "\n\n" + table(["file", "SHA-256 begins with"], files)
    return text


def _files(ingredients: Mapping[str, str]) -> list[list[str]]:
    found = (re.fullmatch(r"contents of (\w+)\.\d+: (.+)", key) for key in ingredients)
    return [
        [f"{escaped(each[2])} ({each[1]})", f"`{ingredients[each.string]}`"]
        for each in found
        if each
    ]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{number:,} `{reason}`" for reason, number in counts.items())


def student(report: DistilReport) -> str:
    done, made_of = report.student, report.ingredients
    shape = {
        key.removeprefix("student."): value
        for key, value in made_of.items()
        if key.startswith("student.")
    }
    layers = (
        f"A Marian-style transformer, {shape['dimension']} wide ({shape['feed_forward']} inside), "
        f"with {shape['heads']} heads. Layers: {shape['encoder_layers']} in the encoder, "
        f"{shape['decoder_layers']} in the decoder. One vocabulary of {done.vocabulary:,} "
        f"sub-words serves both languages. Weights: {done.parameters:,}."
    )
    aligner = report.pairs.get("aligner")
    if done.linked and aligner:
        layers += (
            f" A head of the last decoder layer learnt the word links of `{aligner['name']}` "
            "(guided alignment, Chen et al. 2016)."
        )
    training = _begun(report) + (
        f"Trained for {done.steps:,} of {done.planned_steps:,} updates on {escaped(done.device)} "
        f"({done.seconds:,.0f} seconds, those before an interruption not counted); the weights of "
        f"update {done.kept_step:,} are kept, chrF {done.chrf:.1f} on held-out pairs then, with "
        "greedy search and unconverted weights."
    )
    rows = [
        [f"`{key}`", f"`{value}`"]
        for key, value in made_of.items()
        if key.startswith(("student.", "settings."))
    ]
    return f"{layers}\n\n{training}\n\n" + table(["setting", "value"], rows)


def _begun(report: DistilReport) -> str:
    """What is told of a student that did not begin with drawn weights."""
    start = report.student.ingredients.get("start", "none")
    if start == "none":
        return ""
    return (
        "It began with the weights and the vocabulary of an earlier student, whose updates are not "
        f"counted here (SHA-256 begins with `{start[:12]}`). "
    )


def figures(report: DistilReport) -> str:
    found = report.figures
    rows: list[list[object]] = [
        ["chrF against the teacher", f"{found.chrf:.1f}"],
        ["BLEU against the teacher", f"{found.bleu:.1f}"],
        ["the same as the teacher's, to the letter", f"{found.same:.1%}"],
        ["without a translation", _counted(found.failed) or "none"],
        ["sentences a second", f"{found.speed:,.1f}"],
        ["size of the model", f"{sum(found.bytes.values()) / 1e6:.1f} MB"],
    ]
    if found.links is not None:
        links = found.links
        rows.append(
            [
                f"links of its attention against those of the aligner, {links.pairs:,} pairs",
                f"AER {links.aer:.1%}, precision {links.precision:.1%}, recall {links.recall:.1%}",
            ]
        )
    text = (
        f"On {found.sentences:,} held-out pairs, by {escaped(found.engine)}, beam "
        f"{found.beam_size}, {found.cores} cores:\n\n" + table(["", "student"], rows)
    )
    signatures = "; ".join(f"{key} `{value}`" for key, value in found.signatures.items())
    return f"{text}\n\nBy sacrebleu: {signatures}."


def samples(found: Figures) -> str:
    rows = [
        [escaped(each.source), escaped(each.teacher), escaped(each.student or "(none)")]
        for each in found.samples
    ]
    return table(["source", "teacher", "student"], rows)
