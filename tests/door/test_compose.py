"""The production shape says what the design demands, in a form that Compose accepts."""

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from impna.door.place import ROOT
from impna.door.postgres import SETTINGS

SCHEMA = Path(__file__).with_name("data") / "compose-spec.json"
PORTAL = {"roles", "migrate", "prepare", "pages", "bytes", "worker-fast", "worker-intake", "beat"}
Services = dict[str, dict[str, Any]]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    """docker-compose.yml, its anchors resolved."""
    found: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
    return found


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> Services:
    """Its services."""
    found: Services = compose["services"]
    return found


def test_compose_accepts_it(compose: dict[str, Any]) -> None:
    schema = json.loads(SCHEMA.read_text())
    validator = jsonschema.Draft201909Validator(schema)
    assert [f"{error.json_path}: {error.message}" for error in validator.iter_errors(compose)] == []


def test_every_process_of_the_design_is_there(services: Services) -> None:
    assert set(services) - {"freshclam"} == PORTAL | {"postgres", "valkey", "clamd", "proxy"}


def test_every_root_file_system_is_read_only_and_no_one_is_root(services: Services) -> None:
    for name, service in services.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "privileged" not in service, name
        # The proxy's image is unprivileged by itself.
        assert name == "proxy" or not service["user"].startswith("0"), name


def test_only_the_proxy_can_be_reached_from_outside(
    compose: dict[str, Any], services: Services
) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert compose["networks"]["inside"]["internal"] is True
    reaches_out = {n for n, s in services.items() if {"mail", "edge"} & set(s.get("networks", []))}
    assert reaches_out == {"worker-fast", "freshclam", "proxy"}
    assert services["freshclam"]["profiles"] == ["signatures"]


def test_each_process_holds_only_its_own_database_address(services: Services) -> None:
    held = {
        name: {s for s in service.get("secrets", []) if s.startswith("database_")}
        for name, service in services.items()
    }
    assert held["pages"] == held["bytes"] == held["prepare"] == {"database_app_url"}
    assert held["worker-fast"] == held["worker-intake"] == held["beat"] == {"database_worker_url"}
    assert held["migrate"] == {"database_owner_url"}
    assert [n for n, secrets in held.items() if "database_admin_url" in secrets] == ["roles"]


def test_no_secret_stands_in_the_file(services: Services) -> None:
    for name, service in services.items():
        for setting in service.get("environment") or {}:
            if re.search(r"PASSWORD|DATABASE|REDIS|MAIL|SECRET|MASTER", setting):
                assert setting.endswith("_FILE"), (name, setting)


def test_postgresql_logs_as_little_as_the_embedded_one(services: Services) -> None:
    told = services["postgres"]["command"]
    quiet = {k: v for k, v in SETTINGS.items() if k.startswith("log_") and "line" not in k}
    for name, value in quiet.items():
        if name not in ("log_timezone", "log_lock_waits", "log_autovacuum_min_duration"):
            assert f"-c{name}={value}" in told


def test_the_proxy_writes_no_body_to_its_disk() -> None:
    proxy = (ROOT / "deploy" / "nginx.conf").read_text()
    for line in ("proxy_request_buffering off;", "proxy_buffering off;", "access_log off;"):
        assert line in proxy
    assert re.search(r"location /bytes/ \{[^}]*proxy_pass http://bytes:8000;", proxy)


def test_the_image_holds_no_embedded_server() -> None:
    recipe = (ROOT / "Dockerfile").read_text()
    assert re.findall(r"requirements/\w+\.txt", recipe) == ["requirements/base.txt"]
    assert "celerp" not in (ROOT / "requirements" / "base.txt").read_text()
    assert re.search(r"^USER 10001:10001$", recipe, re.MULTILINE)
    copied = set(re.findall(r"^COPY (\w+) \1$", recipe, re.MULTILINE))
    apps = {path.parent.name for path in ROOT.glob("*/migrations")} | {"impna"}
    assert apps <= copied
    kept = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[0] == "!"
    }
    assert copied <= kept
