"""What must hold of the compose file."""

from __future__ import annotations

import copy
import json
import re
import tomllib
from typing import Any

import pytest

from tests.docker.dockerfile import COMPOSE, compose, stages


def validate(content: dict[str, Any]) -> None:
    """Hold a compose file against the Compose Specification; raises ValueError."""
    spec = pytest.importorskip("compose_spec", reason="make docker-lint installs it")
    parsed = spec.PyCompose.from_json(json.dumps(content))
    parsed.validate()


def test_it_follows_the_compose_specification() -> None:
    validate(compose())


@pytest.mark.parametrize(
    ("service", "key", "value"),
    [
        ("server", "healthchek", {}),
        ("worker", "restart", "sometimes"),
        ("worker", "depends_on", {"server": {"condition": "service_fine"}}),
        ("server", "ports", "4200"),
    ],
)
def test_the_validator_sees_mistakes(service: str, key: str, value: object) -> None:
    broken = copy.deepcopy(compose())
    broken["services"][service][key] = value
    with pytest.raises(ValueError, match=r"."):
        validate(broken)


def test_both_services_are_our_image_pinned_to_the_version_of_the_package() -> None:
    project = tomllib.loads((COMPOSE.parents[1] / "pyproject.toml").read_text("utf-8"))["project"]
    images = {service["image"] for service in compose()["services"].values()}
    assert images == {f"spanferry:{project['version']}"}


def test_the_worker_waits_for_a_healthy_server_and_talks_to_it() -> None:
    services = compose()["services"]
    server, worker = services["server"], services["worker"]
    assert worker["depends_on"] == {"server": {"condition": "service_healthy"}}
    port = server["environment"]["PREFECT_SERVER_API_PORT"]
    assert worker["environment"]["PREFECT_API_URL"] == f"http://server:{port}/api"
    assert f"http://127.0.0.1:{port}/api/health" in " ".join(server["healthcheck"]["test"])


def test_the_server_is_open_to_this_machine_only() -> None:
    for service in compose()["services"].values():
        for port in service.get("ports", []):
            assert port.startswith("127.0.0.1:"), port


def test_volumes_are_declared_and_mounted_where_the_image_lets_its_user_write() -> None:
    content = compose()
    writable = " ".join(run for run in stages()[-1].values("RUN") if run.startswith("install -d"))
    for service in content["services"].values():
        for volume in service["volumes"]:
            name, place = volume.split(":")
            assert name in content["volumes"]
            assert place in writable.split()


def test_no_secret_is_written_down() -> None:
    for service in compose()["services"].values():
        for name in service["environment"]:
            assert not re.search(r"TOKEN|PASSWORD|SECRET|KEY|AUTH", name), name
        assert "env_file" not in service
