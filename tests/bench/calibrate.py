"""Fits the calibrations that come with us, and writes them where they are shipped.

    python -m tests.bench.calibrate embedded
    python -m tests.bench.calibrate simalign --model FOLDER --model-name ID --set layer=12
    python -m tests.bench.calibrate awesome --model FOLDER --model-name ID --set layer=12

Half of the gold pairs is fitted on; the calibration error on the other half is printed, before and
after, and stands in the file. Aligners that learn of a corpus learn of the texts of the gold pairs.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from tempfile import TemporaryDirectory

import yaml

from spanferry.aligners import ALIGNERS
from spanferry.aligners.base import CorpusAligner, WordPair
from spanferry.aligners.calibration import calibrate, settings_of
from spanferry.aligners.link_files import read_links
from spanferry.data import backends
from spanferry.flows.config import settings_class

ROOT = Path(__file__).parents[2]
GOLD = ROOT.parent / "shared" / "gold" / "word_alignment.en-fr.jsonl"
WEAK = 0.02
MAPS = ROOT / "aligners" / "calibration" / "maps"


def main() -> None:
    """Fit one."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("aligner", help="its name")
    parser.add_argument("--model", help="checkpoint of the aligner")
    parser.add_argument("--model-name", help="what the checkpoint is called in the file (Hub id)")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("--gold", type=Path, default=GOLD, help="hand-made links")
    parser.add_argument("--fitted-on", default="Hansards English-French, sure and possible links")
    parser.add_argument("--version", default="1", help="raise it when a shipped one changes")
    parser.add_argument("--out", type=Path, help="file to write; the shipped one if not given")
    given = parser.parse_args()
    options = {
        key: yaml.safe_load(value) for key, _, value in (s.partition("=") for s in given.set)
    }
    if given.model:
        options["model"] = given.model
    # weak links too: those that a user's threshold lets through must be on the curve
    made_of = backends.load("aligners", given.aligner, ALIGNERS)
    if "min_score" in made_of.Settings.model_fields:
        options.setdefault("min_score", WEAK)
    settings = settings_class("aligners", given.aligner)(**options)
    gold = read_links(given.gold).pairs
    source, target = gold[0].languages
    aligner = made_of(settings, source_language=source, target_language=target)
    aligner.setup()
    if isinstance(aligner, CorpusAligner) and aligner.corpus_pairs:
        pairs = [WordPair(p.source, p.target) for p in gold if p.source and p.target]
        with TemporaryDirectory() as folder:
            aligner.prepare(pairs[: aligner.corpus_pairs], Path(folder))
            aligner.load(Path(folder))
    fitted_with = settings_of(settings)
    if given.model_name:
        fitted_with["model"] = given.model_name
    made = calibrate(
        aligner,
        gold,
        name=f"{given.aligner}.{source}-{target}",
        settings=fitted_with,
        fitted_on=given.fitted_on,
    ).model_copy(update={"version": given.version})
    out = given.out or MAPS / f"{given.aligner}.json"
    made.save(out)
    held = made.held_out
    assert held is not None
    print(f"{out}: fitted on {made.links} links of {made.pairs} pairs, {made.right} of them right")
    print(
        f"held out, {held.links} links of {held.pairs} pairs: "
        f"calibration error {held.error_before:.3f} -> {held.error_after:.3f}"
    )


if __name__ == "__main__":
    main()
