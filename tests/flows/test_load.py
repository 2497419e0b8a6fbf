"""Errors of a configuration name the key as it stands in the file, and what is allowed."""

from __future__ import annotations

from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.flows.dry_run import make_plan
from spanferry.flows.load import load_config

GOOD = "source: {path: corpus.jsonl}\ntargets: [pt]\n"


def write(folder: Path, text: str) -> Path:
    path = folder / "build.yaml"
    path.write_text(text, "utf-8")
    return path


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("targets: [pt]\n", "source", "is missing"),
        ("source: {language: en}\ntargets: [pt]\n", "source", "names no path"),
        ("source: a.conll\ntargets: [pt]\n", "source", "must hold keys"),
        ("source: {path: a.jsonl, language: no}\ntargets: [pt]\n", "source.language", "in quotes"),
        ("source: {path: a.jsonl}\ntargets: [no]\n", "targets.0", "in quotes"),
        ("source: {path: a.jsonl}\ntargets: []\n", "targets", "at least 1"),
        ("source: {path: a.jsonl}\ntargets: [pt, PT]\n", "targets", "twice"),
        ("source: {path: a.jsonl}\ntargets: [english]\n", "targets", "BCP-47"),
        (GOOD + "run: {workers: many}\n", "run.workers", "'many'"),
        (GOOD + "run: {workers: 0}\n", "run.workers", "at least 1"),
        (GOOD + "filter: {min_span_scor: 1}\n", "filter.min_span_scor", "'min_span_score'"),
        (GOOD + "align: {backend: simaling}\n", "align.backend", "'embedded'"),
        (GOOD + "align: {min_scor: 1}\n", "align.min_scor", "'min_score'"),
        (GOOD + "targets: [es]\n", "", "'targets' stands twice"),
        (GOOD + "tragets: [es]\n", "tragets", "'targets'"),
        ("- a\n- b\n", "", "must hold keys"),
        ("a: [\n", "", "not valid YAML"),
    ],
)
def test_errors(tmp_path: Path, text: str, key: str, words: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, text))
    (line,) = [line for line in str(caught.value).splitlines() if "build.yaml" in line]
    assert f"build.yaml: {key}" in line
    assert words in str(caught.value)


def test_several_errors_are_all_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        load_config(write(tmp_path, "source: {path: a.jsonl}\ntargets: []\nrun: {retries: -1}\n"))
    assert len(str(caught.value).splitlines()) == 2


def test_empty_sections_count_as_not_there(tmp_path: Path) -> None:
    sections = ("translate", "align", "project", "filter", "publish", "run")
    path = write(tmp_path, GOOD + "".join(f"{name}:\n" for name in sections))
    assert load_config(path) == load_config(write(tmp_path, GOOD))


def test_defaults_and_overrides(tmp_path: Path) -> None:
    config = load_config(
        write(tmp_path, GOOD),
        ["filter.min_span_score=0.5", "targets=[es, pt_br]", "publish.path=x/y", "run.workers=3"],
    )
    values = config.model_dump()
    assert values["source"]["reader"] == "jsonl"
    assert values["translate"]["backend"] == values["align"]["backend"] == "embedded"
    assert values["targets"] == ("es", "pt-BR")
    assert (values["filter"]["min_span_score"], values["run"]["workers"]) == (0.5, 3)
    assert load_config(write(tmp_path, GOOD)).publish.path == "out/build"


@pytest.mark.parametrize("override", ["filter", "=1", "targets.x=1", "a=[", "tragets=[pt]"])
def test_bad_overrides(tmp_path: Path, override: str) -> None:
    with pytest.raises(ConfigError):
        load_config(write(tmp_path, GOOD), [override])


@pytest.mark.parametrize(
    ("path", "reader"),
    [
        ("a.conll", "conll"),
        ("a.CONLL.gz", "conll"),
        ("a.jsonl", "jsonl"),
        ("{train: [a.jsonl]}", "jsonl"),
        ("org/dataset", "datasets"),
    ],
)
def test_the_reader_follows_the_suffix(tmp_path: Path, path: str, reader: str) -> None:
    config = load_config(write(tmp_path, f"source: {{path: {path}}}\ntargets: [pt]\n"))
    assert config.model_dump()["source"]["reader"] == reader


def test_a_dry_run_refuses_an_empty_source_as_a_build_does(tmp_path: Path) -> None:
    (tmp_path / "corpus.jsonl").write_text("")
    config = load_config(
        write(tmp_path, f"source: {{path: {tmp_path}/corpus.jsonl, language: en}}\ntargets: [pt]\n")
    )
    with pytest.raises(ConfigError, match="the source holds no records"):
        make_plan(config, None)
