"""What a build says of the tokens that it paid for, and of those that it would."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from spanferry.flows.commands.report import print_report
from spanferry.flows.dry_run import make_plan, print_plan
from spanferry.flows.load import load_config
from spanferry.flows.run import Result, build
from tests.conftest import Command
from tests.flows.corpora import PAIRS, hashes, write_corpus
from tests.servers.chat import Act, ChatServer, Request, completion, cut, in_turn, reply

PORTUGUESE = {source.replace("[", "").replace("]", ""): target for source, target in PAIRS}
PRICE = {"prompt": 2.0, "completion": 8.0}
DATASET = Path("out/names")


def translated(request: Request) -> Act:
    """The corpus's own translations; what `setup` sends comes back in capitals."""
    items = {n: PORTUGUESE.get(text, text.upper()) for n, text in request.sentences.items()}
    return Act(body=completion(request, json.dumps(items)))


@pytest.fixture
def server(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    """A server that has one bad moment; a corpus of twelve records, in two shards, in Portuguese
    and Spanish."""
    monkeypatch.chdir(tmp_path)
    # the first two are those of `setup`, one a language
    moments = (translated, translated, reply(lambda items: "Sure!"), cut(30))
    with ChatServer(in_turn(*moments, *[translated] * 1000)) as made:
        write_corpus(tmp_path, 12, targets=["pt", "es"], run={"workers": 1})
        yield made


def settings(server: ChatServer, **more: Any) -> str:
    """The translator's settings as `--set` takes them."""
    given = {"backend": "openai", "model": "stub", "base_url": server.url, "backoff": 0.01,
             "concurrency": 1, "price_per_million": PRICE, **more}  # fmt: skip
    return f"translate={json.dumps(given)}"


def run(server: ChatServer, **more: Any) -> Result:
    return build(load_config(Path("build.yaml"), [settings(server, **more)]))


def manifest() -> Any:
    return json.loads((DATASET / "manifest.json").read_text("utf-8"))


def set_up(server: ChatServer) -> tuple[int, int]:
    """Tokens of the requests of `setup`."""
    bodies = [translated(request).body["usage"] for request in server.requests[:2]]
    assert all(list(r.sentences.values()) == ["Good morning."] for r in server.requests[:2])
    return (sum(u["prompt_tokens"] for u in bodies), sum(u["completion_tokens"] for u in bodies))


def printed(done: Result) -> str:
    out = StringIO()
    print_report(Console(file=out, width=200), done, config=Path("build.yaml"))
    return out.getvalue()


def planned(server: ChatServer, **more: Any) -> str:
    out = StringIO()
    config = load_config(Path("build.yaml"), [settings(server, **more)])
    print_plan(Console(file=out, width=200), make_plan(config, None))
    return out.getvalue()


def test_what_the_server_charged_is_told_everywhere(server: ChatServer, tmp_path: Path) -> None:
    done = run(server)
    before = set_up(server)
    prompt, written = (all_ - own for all_, own in zip(server.told, before, strict=True))
    assert prompt > written > 0
    # in each language, shards of 10 and 2 records have 5 and 2 sentences; two are asked for again
    assert len(server.requests) == 2 + 2 * (5 + 2) + 2

    told = manifest()
    counts = [counts["tokens"] for splits in told["counts"].values() for counts in splits.values()]
    assert sum(one["prompt_tokens"] for one in counts) == prompt
    assert sum(one["completion_tokens"] for one in counts) == written
    costs = told["run"]["costs"]
    assert list(costs) == ["pt", "es"]
    assert sum(one["prompt_tokens"] for one in costs.values()) == prompt
    assert sum(one["completion_tokens"] for one in costs.values()) == written
    for one in costs.values():
        own = one["prompt_tokens"] * 2.0 + one["completion_tokens"] * 8.0
        assert one["cost"] == pytest.approx(own / 1e6)

    listed = f"{written:,} completion tokens and {prompt:,} prompt tokens"
    card = " ".join((DATASET / "README.md").read_text("utf-8").split())
    assert f"The translations cost {listed} at the server that made them." in card
    report = printed(done)
    for one in costs.values():
        assert f"prompt tokens: {one['prompt_tokens']:,}" in report
        assert f"completion tokens: {one['completion_tokens']:,}" in report

    for text in (card, json.dumps(told)):
        assert str(tmp_path) not in text
        assert server.url not in text
        assert f":{server.url.rpartition(':')[2]}" not in text
    assert told["run"]["config"]["translate"]["model"] == "stub"


def test_a_second_build_changes_nothing_and_a_price_the_manifest_alone(server: ChatServer) -> None:
    run(server)
    files, sent = hashes(DATASET), len(server.requests)
    again = run(server)
    assert (again.units, again.published.fresh) == (0, False)
    assert hashes(DATASET) == files
    dearer = run(server, price_per_million={"prompt": 20.0, "completion": 80.0})
    assert dearer.units == 0
    assert len(server.requests) == sent
    changed = {name for name, content in hashes(DATASET).items() if content != files[name]}
    assert changed == {"manifest.json"}
    before = json.loads(files["manifest.json"])["run"]["costs"]
    for target, one in manifest()["run"]["costs"].items():
        assert one["cost"] == pytest.approx(10 * before[target]["cost"])
    run(server, price_per_million=None)
    assert {one["cost"] for one in manifest()["run"]["costs"].values()} == {None}


def test_the_plan_estimates_what_is_left(server: ChatServer, spanferry: Command) -> None:
    done = spanferry("build", "build.yaml", "--dry-run", "--set", settings(server))
    said = done.stdout
    assert server.requests == []
    line = re.compile(
        r"translating into (\w+): about 12 requests, ([\d,]+) prompt and ([\d,]+) completion "
        r"tokens(.*)"
    )
    found = line.findall(said)
    assert [one[0] for one in found] == ["pt", "es"]
    assert {one[3] for one in found} == {", less than 0.01 at the price that is set"}
    dear = line.findall(planned(server, price_per_million={"prompt": 1000, "completion": 4000}))
    prompt, written = (int(number.replace(",", "")) for number in dear[0][1:3])
    cost = (prompt * 1000 + written * 4000) / 1e6
    assert dear[0][3] == f", {cost:,.2f} at the price that is set"
    assert {one[3] for one in line.findall(planned(server, price_per_million=None))} == {""}
    run(server)
    assert "translating into" not in planned(server)
    # it counts equal sentences as often as they stand there; else it was no bad guess
    paid = manifest()["run"]["costs"]["es"]["prompt_tokens"]
    assert 0.7 < paid / (prompt * 7 / 12) < 1.3


def test_side_texts_are_paid_for_too(server: ChatServer) -> None:
    def tokens() -> int:
        (found,) = re.findall(r"into pt: about [\d,]+ requests, ([\d,]+) prompt", planned(server))
        return int(found.replace(",", ""))

    without = tokens()
    rows = [json.loads(line) for line in Path("corpus.jsonl").read_text("utf-8").splitlines()]
    lines = [json.dumps({**row, "side_texts": {"question": "Who? " * 200}}) for row in rows]
    Path("corpus.jsonl").write_text("\n".join(lines), "utf-8")
    assert tokens() > without + len(rows) * 200


def test_files_of_a_leg_are_named_without_their_folders(tmp_path: Path) -> None:
    """Both sides of a bitext, by split, in a leg of a leg."""
    from spanferry.flows.publishing import _public

    places = {"train": str(tmp_path / "c.en"), "dev": str(tmp_path / "d.en")}
    leg = {"backend": "parallel", "path": places, "source_path": places}
    given = {"backend": "round_trip", "forward": leg}
    config = load_config(write_corpus(tmp_path, 3), [f"translate={json.dumps(given)}"])
    shown = _public(config)
    assert str(tmp_path) not in json.dumps(shown)
    assert shown["translate"]["forward"]["source_path"] == {"train": "c.en", "dev": "d.en"}
