"""The checkpoint that is trained: tags become sub-words, and nothing else changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spanferry.data.errors import ConfigError
from spanferry.translators.generation.training.checkpoint import TextToText
from tests.models.families import build_t5
from tests.models.mt5 import build_mt5

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
TAGS = ["<Person>", "</Person>"]


@pytest.mark.parametrize("own_output", [True, False])
def test_new_rows_and_old_ones(tmp_path: Path, own_output: bool) -> None:
    """The output matrix of mT5 is not that of its inputs, and stays so."""
    base = build_mt5(tmp_path / "base", own_output=own_output)
    before, after = TextToText(base, ()), TextToText(base, TAGS)
    assert (before.added, after.added) == ([], TAGS)
    rows = len(before.model.shared.weight)
    for old, new in (
        (before.model.shared.weight, after.model.shared.weight),
        (before.model.lm_head.weight, after.model.lm_head.weight),
    ):
        assert torch.equal(new[:rows], old)
        assert not torch.equal(new[after.ids["<Person>"]], new[after.ids["</Person>"]])
    spelled = before.encode(["<Person>"])[0][:-1]
    mean = before.model.lm_head.weight[spelled].mean(0)
    assert torch.allclose(after.model.lm_head.weight[after.ids["<Person>"]], mean)
    tied = after.model.shared.weight is after.model.lm_head.weight
    assert tied is not own_output
    after.save(tmp_path / "saved")
    again = TextToText(tmp_path / "saved", TAGS)
    assert again.added == []
    for name, value in after.model.state_dict().items():
        assert torch.equal(again.model.state_dict()[name], value), name


def test_a_model_without_the_characters_of_tags(tmp_path: Path) -> None:
    """T5 cannot spell `<`; as sub-words of their own tags come through."""
    base = build_t5(tmp_path)
    text = "<Person>a house</Person>"
    model = TextToText(base, TAGS)
    assert model.decode(model.encode([text])[0]).replace("> ", ">") == text


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"model_type": "bert"}, r"base: .* is of type 'bert'; .*t5, mt5, umt5"),
        ({"auto_map": {}}, r"base: .*brings Python code"),
        ({"d_model": "wide"}, r"base: .* cannot be read"),
    ],
)
def test_errors(tmp_path: Path, change: dict[str, object], text: str) -> None:
    build_mt5(tmp_path)
    path = tmp_path / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **change}))
    with pytest.raises(ConfigError, match=text):
        TextToText(tmp_path, ())
    with pytest.raises(ConfigError, match="is no folder"):
        TextToText(tmp_path / "nowhere", ())
