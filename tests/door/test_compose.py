"""The production shape says what the design demands, in a form that Compose accepts."""

import json
import re
import socket
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from impna.door import run
from impna.door.place import ROOT, Place, open_place
from impna.door.postgres import SETTINGS
from impna.door.scanner import COPIES, MIB
from impna.door.told import Facts, environment

SCHEMA = Path(__file__).with_name("data") / "compose-spec.json"
PORTAL = {"roles", "migrate", "prepare", "pages", "bytes", "worker-fast", "worker-intake", "beat"}
Services = dict[str, dict[str, Any]]
FACTS = Facts("demo", "", "", "", "", "http://localhost:8000", "http://localhost:8001")


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


@pytest.fixture(scope="module")
def proxy() -> str:
    """deploy/nginx.conf."""
    return (ROOT / "deploy" / "nginx.conf").read_text()


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
            if re.search(r"PASSWORD|DATABASE|REDIS|MAIL|SECRET(?!ARIAT)|MASTER", setting):
                assert setting.endswith("_FILE"), (name, setting)


def test_postgresql_logs_as_little_as_the_embedded_one(services: Services) -> None:
    told = services["postgres"]["command"]
    quiet = {k: v for k, v in SETTINGS.items() if k.startswith("log_") and "line" not in k}
    for name, value in quiet.items():
        if name not in ("log_timezone", "log_lock_waits", "log_autovacuum_min_duration"):
            assert f"-c{name}={value}" in told


def test_the_proxy_writes_no_body_to_its_disk(proxy: str) -> None:
    for line in ("proxy_request_buffering off;", "proxy_buffering off;", "access_log off;"):
        assert line in proxy
    assert re.search(r"location /bytes/ \{[^}]*proxy_pass http://bytes:8000;", proxy)


def most(proxy: str, location: str) -> int:
    """The largest body the proxy lets through there, in bytes; 0 is any."""
    found = re.search(rf"location {location} \{{[^}}]*client_max_body_size (\d+)(m?);", proxy)
    assert found is not None
    return int(found[1]) * (MIB if found[2] else 1)


def test_the_proxy_lets_the_portal_name_its_own_limits(proxy: str) -> None:
    """Whatever the portal takes comes through, and a little more is still refused in its words."""
    from django.conf import settings

    from submissions.views.plain import MOST_MIB

    assert settings.DATA_UPLOAD_MAX_MEMORY_SIZE + MIB <= most(proxy, "/") <= 8 * MIB
    # A form of files is refused by its announced length, however large: nothing is kept for it.
    bytes_ = most(proxy, "/bytes/")
    assert bytes_ == 0 or bytes_ > (MOST_MIB + 1) * MIB


def test_what_the_proxy_itself_refuses_has_plain_words_of_nobody_else(
    proxy: str, services: Services
) -> None:
    pages = dict(re.findall(r"error_page ([\d ]+) /proxy-says/(\S+\.html);", proxy))
    assert {"413", "502", "504"} <= set(" ".join(pages).split())
    place = re.search(r"location \^~ /proxy-says/ \{[^}]*alias (\S+)/;", proxy)
    assert place is not None
    assert f"./deploy/proxy:{place[1]}:ro" in services["proxy"]["volumes"]
    for name in pages.values():
        text = (ROOT / "deploy" / "proxy" / name).read_text()
        assert '<html lang="en">' in text
        assert not re.search(r"https?:|src=|href=|@import|url\(", text), name


def test_the_proxys_log_says_nothing_of_a_request(proxy: str) -> None:
    # One step below, nginx quotes addresses and one-time links.
    assert re.findall(r"error_log (.*);", proxy) == ["stderr alert"]


def test_it_takes_the_same_steps_as_run(
    services: Services, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[str] = []
    monkeypatch.setattr(run, "django", lambda _place, _facts, *words: taken.append(words[0]))
    run._prepare(Place(tmp_path, tmp_path), FACTS)
    assert taken == ["migrate", "prepare", "demo", "collectstatic"]

    said = {
        name: re.findall(r"manage\.py (\w+)", " ".join(services[name]["command"]))
        for name in ("migrate", "prepare")
    }
    assert said == {"migrate": ["migrate", "collectstatic"], "prepare": ["prepare"]}
    waits_for = {
        name: set(services[name]["depends_on"]) for name in ("roles", "migrate", "prepare", "pages")
    }
    assert "postgres" in waits_for["roles"]
    assert "roles" in waits_for["migrate"]
    assert "migrate" in waits_for["prepare"]
    assert "prepare" in waits_for["pages"]


def test_its_processes_are_started_as_run_starts_them(services: Services, tmp_path: Path) -> None:
    place = open_place(tmp_path / "var")
    try:
        for queue in run.THREADS:
            ours = run._worker(place, FACTS, queue).command
            assert services[f"worker-{queue}"]["command"] == [str(word) for word in ours[2:]]
        beat = [str(word) for word in run._beat(place, FACTS).command[2:]]
        schedule = {str(place.var / "beat" / "schedule"): "/var/lib/impna/beat/schedule"}
        assert services["beat"]["command"] == [schedule.get(word, word) for word in beat]

        image = (ROOT / "Dockerfile").read_text()
        server = json.loads(re.search(r"^CMD (\[.*\])$", image, re.MULTILINE)[1])  # type: ignore[index]
        for process in ("pages", "bytes"):
            assert "command" not in services[process]
        with socket.socket() as listener:
            ours = run._web(place, FACTS, "pages", listener).command[2:]
        at = ours.index("--bind")
        assert server == [*ours[:at], *ours[at + 2 :]]
    finally:
        place.leave()


def test_its_processes_are_told_what_run_tells_them(services: Services, tmp_path: Path) -> None:
    place = open_place(tmp_path / "var")
    try:
        for service, process in (
            ("pages", "pages"),
            ("bytes", "bytes"),
            ("worker-fast", "worker"),
            ("worker-intake", "worker"),
            ("beat", "beat"),
        ):
            told = environment(place, FACTS, process)
            names = {n for n in told if n.startswith(("PORTAL_", "DATABASE_", "REDIS_", "TMPDIR"))}
            said = services[service]["environment"]
            assert {n for n in names if n not in said and f"{n}_FILE" not in said} == set()
    finally:
        place.leave()


def test_the_scanner_takes_what_the_portal_says_it_takes(services: Services) -> None:
    conf = (ROOT / "deploy" / "clamd.conf").read_text()
    limit = re.search(r"^StreamMaxLength (\d+)M$", conf, re.MULTILINE)
    assert limit is not None
    for name in ("pages", "bytes", "worker-fast", "worker-intake", "beat"):
        assert services[name]["environment"]["PORTAL_SCAN_LIMIT"] == str(int(limit[1]) * MIB)
    # As impna/startup.py demands of scratch, here and where the scanner unpacks.
    for service in ("worker-intake", "pages", "clamd"):
        sizes = [re.search(r":size=(\d+)g", line) for line in services[service]["tmpfs"]]
        assert max(int(size[1]) for size in sizes if size) * 1024 >= COPIES * int(limit[1])


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
