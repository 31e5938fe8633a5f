"""What `test --install` decides, by programs that stand in for Debian's and Playwright's own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from impna.door import install, testing
from tests.door.test_finder import program

ALL = ("chromium", "clamd", "nginx", "age", "openssl")


@pytest.fixture
def bin_(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A computer with nothing on it: no program, no browser of Playwright's, no more places."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setattr(install, "SERVERS", str(folder))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "browsers"))
    monkeypatch.delenv("PORTAL_CHROMIUM", raising=False)
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    return folder


@pytest.fixture
def asked(tmp_path: Path) -> Path:
    """Where the stand-ins write what they were asked for."""
    return tmp_path / "asked"


@pytest.fixture
def debian(bin_: Path, asked: Path) -> Path:
    """Debian's tools: apt-get is asked through `sh`, and brings nothing."""
    program(bin_ / "apt-get", "exit 9")
    program(bin_ / "dpkg-query", "printf 'install ok installed'")
    program(bin_ / "sh", f'shift 3; echo "$@" >>"{asked}"')
    return bin_


@pytest.fixture
def playwright(bin_: Path, asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Playwright's own installer, and where its browser comes to lie."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    fetch = f'/bin/mkdir -p "{path.parent}"; : >"{path}"; /bin/chmod 755 "{path}"'
    program(tmp_path / "python", f'echo "$@" >>"{asked}"; {fetch}')
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    return path


def told(asked: Path) -> list[str]:
    """What the stand-ins were asked for, in order."""
    return asked.read_text().splitlines() if asked.exists() else []


def test_what_is_here_is_not_installed_again(debian: Path, asked: Path) -> None:
    for name in ALL:
        program(debian / name, "exit 0")
    install.install()
    assert told(asked) == []


@pytest.mark.parametrize("name", ["google-chrome", "google-chrome-stable", "chromium-browser"])
def test_programs_that_came_another_way_will_do(debian: Path, asked: Path, name: str) -> None:
    program(debian / name, "exit 0")
    program(debian / "dpkg-query", "exit 1")  # Debian knows of none of them
    for other in ALL[1:]:
        program(debian / other, "exit 0")
    assert install.missing() == []
    assert testing.browser() == str(debian / name)
    install.install()
    assert told(asked) == [install.FONTS]


def test_a_browser_that_is_named_is_not_looked_for(
    bin_: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PORTAL_CHROMIUM", "/opt/browser")
    assert testing.browser() == "/opt/browser"
    assert "chromium" not in install.missing()


def test_root_has_debian_install_all_that_is_missing(
    debian: Path, asked: Path, playwright: Path
) -> None:
    program(debian / "clamd", "exit 0")
    install.install()
    assert told(asked)[0] == "chromium nginx age openssl"


def test_where_debian_brings_a_browser_playwright_is_not_asked(
    debian: Path, asked: Path, playwright: Path
) -> None:
    chromium = debian / "chromium"
    brings = f'shift 3; echo "$@" >>"{asked}"; : >"{chromium}"; /bin/chmod 755 "{chromium}"'
    program(debian / "sh", brings)
    install.install()
    assert len(told(asked)) == 1
    assert testing.browser() == str(chromium)


def test_without_apt_playwrights_own_browser_is_fetched_and_found(
    bin_: Path, asked: Path, playwright: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert testing.browser() == ""
    install.install()
    assert told(asked) == ["-m playwright install --no-shell chromium"]
    assert testing.browser() == str(playwright)
    said = capsys.readouterr().out
    assert "Still missing: clamav-daemon, nginx, age, openssl." in said
    assert "no apt-get here" in said


def test_with_apt_but_neither_root_nor_sudo_playwright_is_asked_too(
    debian: Path,
    asked: Path,
    playwright: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    install.install()
    assert told(asked) == ["-m playwright install --no-shell chromium"]
    assert testing.browser() == str(playwright)
    said = capsys.readouterr().out
    assert "As root: apt-get install chromium clamav-daemon nginx age openssl" in said


def test_an_ordinary_user_goes_through_sudo(
    debian: Path, asked: Path, playwright: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    program(debian / "sudo", f'echo "sudo $1" >>"{asked}"; exit 1')
    install.install()
    assert told(asked) == ["sudo sh", "-m playwright install --no-shell chromium"]


def test_when_apt_fails_playwright_is_asked_and_the_rest_is_named(
    debian: Path, asked: Path, playwright: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    program(debian / "sh", "exit 100")
    install.install()
    assert testing.browser() == str(playwright)
    assert "apt-get failed" in (said := capsys.readouterr().out)
    assert "Still missing: clamav-daemon" in said


def test_when_nothing_can_be_had_the_tests_still_run_and_say_so(
    bin_: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    program(tmp_path / "python", "exit 1")
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    install.install()
    assert testing.browser() == ""
    assert "Still missing: chromium, clamav-daemon" in capsys.readouterr().out


def test_no_service_starts_because_something_was_installed(tmp_path: Path) -> None:
    """The very script, with apt-get and the folders of the system replaced."""
    units, policy = tmp_path / "units", tmp_path / "policy-rc.d"
    units.mkdir()
    (units / "nginx.service").write_text("one that somebody uses")
    script = install._INSTALL.replace("/etc/systemd/system", str(units))
    script = script.replace("/usr/sbin/policy-rc.d", str(policy))
    during = tmp_path / "during"
    program(tmp_path / "apt-get", f'cat "{policy}" >>"{during}"')

    subprocess.run(
        ["sh", "-euc", script, "sh", "clamav-daemon", "nginx", "age"],
        check=True,
        env=os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}"},
    )
    masked = {path.name for path in units.iterdir() if path.is_symlink()}
    assert {"clamav-daemon.service", "clamav-freshclam.service"} <= masked
    assert (units / "nginx.service").read_text() == "one that somebody uses"
    assert "exit 101" in during.read_text()
    assert not policy.exists()
