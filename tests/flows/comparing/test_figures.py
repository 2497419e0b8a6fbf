"""Figures of a set that can be counted by hand."""

from __future__ import annotations

import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from spanferry.data.errors import AccountingError
from spanferry.data.records import MissingSpan
from spanferry.flows.comparing.bootstrap import f1_difference
from spanferry.flows.comparing.disagreements import disagreements
from spanferry.flows.comparing.figures import measure
from spanferry.flows.comparing.rows import letters, notes, sections
from spanferry.flows.comparing.saving import write_figures, write_predictions
from spanferry.flows.comparing.tables import print_figures
from spanferry.projection.base import Projection
from tests.flows.comparing.small import CAREFUL, made, read_cases, result, write_gold


def test_scores_and_accounts_of_each_method(tmp_path: Path) -> None:
    careful, rash = result(tmp_path).figures.methods
    assert careful.scores is not None
    assert rash.scores is not None
    # four gold spans, two a label; the one in the third pair comes from no source span
    assert careful.scores.total.precision == pytest.approx(2 / 3)
    assert careful.scores.total.recall == pytest.approx(1 / 2)
    assert careful.scores.total.f1 == pytest.approx(4 / 7)
    assert (careful.scores.labels["PER"].f1, careful.scores.labels["LOC"].f1) == (1.0, 0.0)
    assert rash.scores.total.f1 == pytest.approx(1 / 3)
    assert (careful.placed, careful.right, careful.missing) == (3, 2, {})
    assert (rash.placed, rash.right, rash.missing) == (2, 1, {"no_links": 1})
    assert (careful.alone_right, careful.alone_wrong) == (1, 1)
    assert (rash.alone_right, rash.alone_wrong) == (0, 1)
    assert careful.difference is None
    assert rash.difference is not None
    assert rash.difference.value == pytest.approx(1 / 3 - 4 / 7)
    assert rash.difference.low <= rash.difference.value <= rash.difference.high


def test_confidences_and_costs(tmp_path: Path) -> None:
    careful, rash = result(tmp_path).figures.methods
    assert careful.reliability is not None
    assert rash.reliability is not None
    assert careful.reliability.error == pytest.approx((0.1 + 0.2 + 0.6) / 3)
    assert careful.reliability.surest == 1.0
    assert rash.reliability.error == pytest.approx((0.05 + 0.7) / 2)
    assert rash.reliability.surest == 0.5
    assert (careful.per_second, careful.first_per_second) == (1.5, 1.5)  # 3 pairs, 2 s
    assert (careful.calls, rash.memory, rash.changed) == ({"scored": 6}, 5_000_000, True)


def test_agreement_and_the_best_choice(tmp_path: Path) -> None:
    figures = result(tmp_path).figures
    assert (figures.same, figures.some_right) == (1, 2)
    flat = [share for row in figures.agreement for share in row]
    assert flat == pytest.approx([1, 1 / 3, 1 / 3, 1])
    # both names from `careful`; of Rome nothing, which is better than a wrong place
    assert figures.oracle is not None
    assert (figures.oracle.total.predicted, figures.oracle.total.correct) == (2, 2)


def test_rows_say_what_the_figures_are(tmp_path: Path) -> None:
    figures = result(tmp_path).figures
    rows = {row.name: row for section in sections(figures, ["A", "B"]) for row in section.rows}
    assert rows["F1"].cells == ("57.1", "33.3", "66.7")
    assert rows["F1"].best == {0}
    assert rows["F1 above A"].cells == ("", "−23.8", "+9.5")
    assert rows["PER (2 gold)"].cells == ("100.0", "50.0", "100.0")
    assert rows["missing: no_links"].cells == ("", "1", "")
    assert rows["scored, per 100 spans"].cells == ("200.0", "0", "")
    assert rows["as A"].cells == ("", "33.3", "")
    assert notes(figures)[-1] == "Runs of the same method differ: rash."
    assert letters(28)[-3:] == ["Z", "A2", "B2"]


def test_a_narrow_terminal_gets_letters_and_a_pipe_gets_names(tmp_path: Path) -> None:
    figures = result(tmp_path).figures
    for terminal, heading in ((True, "A careful"), (False, "┃ careful ┃ rash")):
        console = Console(width=64, force_terminal=terminal, color_system=None)
        with console.capture() as shown:
            print_figures(console, figures)
        assert heading in " ".join(shown.get().split())
        assert "│ F1 │ 57.1 │ 33.3 │ 66.7 │" in " ".join(shown.get().split())
        widest = max(map(len, shown.get().splitlines()[3:-3]))
        assert (widest <= 64) is terminal


def test_what_nobody_has_right_comes_first_by_confidence(tmp_path: Path) -> None:
    found = disagreements(result(tmp_path))
    # Ada, whom both have right, is left out; 0.7 for `a Bob`, 0.6 for `durmió`
    assert [(one.span.id, one.case.id, one.places) for one in found] == [
        ("s1", "p0", [0, 1]), ("s0", "p1", [0, 1]),
    ]  # fmt: skip


def test_a_lost_span_is_an_error(tmp_path: Path) -> None:
    data = read_cases(write_gold(tmp_path / "gold.jsonl"))
    for second in (Projection((), ()), Projection((), (MissingSpan("s0", "x"),) * 2)):
        with pytest.raises(AccountingError, match="careful: pair 'p1'"):
            measure(data, [made("careful", [CAREFUL[0], second, CAREFUL[2]])], resamples=1)


def test_without_gold_there_is_agreement_alone(tmp_path: Path) -> None:
    found = result(tmp_path)
    data = found.data
    bare = type(data)(data.name, data.cases, data.links, data.kind, {"failed": 2}, gold=False)
    again = measure(bare, found.runs, resamples=1)
    assert again.figures.oracle is None
    assert again.figures.methods[0].scores is None
    assert again.figures.agreement == found.figures.agreement
    names = [section.title for section in sections(again.figures, ["A", "B"])]
    assert names == ["source spans (3)", "cost", "same place or both none, %"]
    assert notes(again.figures)[0] == "2 left out: failed."
    assert len(disagreements(again)) == 2


def test_the_same_predictions_do_not_differ_and_better_ones_do() -> None:
    wanted = [{(k, k + 1, "X")} for k in range(30)]
    none: list[set[tuple[int, int, str]]] = [set() for _ in range(30)]
    same = f1_difference(wanted, wanted, wanted, 100)
    assert (same.value, same.low, same.high, same.clear) == (0.0, 0.0, 0.0, False)
    better = f1_difference(wanted, none, wanted, 100)
    assert (better.value, better.low, better.high, better.clear) == (1.0, 1.0, 1.0, True)
    one_more = f1_difference(wanted, [set(), *wanted[1:]], wanted, 300)
    assert one_more.low == 0 < one_more.value < one_more.high
    assert not one_more.clear
    assert one_more == f1_difference(wanted, [set(), *wanted[1:]], wanted, 300)


def test_files_hold_what_was_found(tmp_path: Path) -> None:
    found = result(tmp_path)
    write_figures([found.figures], tmp_path / "a" / "figures.json")
    (plain,) = json.loads((tmp_path / "a" / "figures.json").read_text("utf-8"))["sets"]
    assert plain["methods"][0]["scores"]["all"]["f1"] == pytest.approx(4 / 7)
    assert plain["methods"][1]["missing"] == {"no_links": 1}
    assert len(plain["methods"][0]["reliability"]["bins"]) == 10
    write_predictions([found], tmp_path / "a" / "predictions.parquet")
    rows = pq.read_table(tmp_path / "a" / "predictions.parquet").to_pylist()
    told = [(r["method"], r["source_text"], r["target_text"], r["right"], r["missing"])
            for r in rows]  # fmt: skip
    assert ("careful", "Bob", "Bob", True, None) in told
    assert ("rash", "Bob", "a Bob", False, None) in told
    assert ("rash", "Rome", None, False, "no_links") in told
    assert len(told) == 6
