"""`./portal test --install`: what tests need that no Python package brings."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

# Where the packages of servers put their programs, which is not on every user's PATH.
SERVERS = "/usr/sbin:/usr/local/sbin"
BROWSERS = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
# What a Debian package brings; any program of these names will do, however it came here.
PROGRAMS = {
    "chromium": BROWSERS,
    "clamav-daemon": ("clamd",),
    "nginx": ("nginx",),
    "age": ("age",),
    "openssl": ("openssl",),
}
FONTS = "fonts-noto-core"

# No service may start because we test: units are masked before they arrive, and where there is no
# systemd a policy that says no stands in for the time of the installation.
_INSTALL = """
policy=/usr/sbin/policy-rc.d
units=/etc/systemd/system
for package in "$@"; do
    case $package in
        clamav-daemon) services='clamav-daemon.service clamav-daemon.socket
            clamav-freshclam.service clamav-freshclam-once.timer clamav-clamonacc.service' ;;
        nginx) services=nginx.service ;;
        *) services= ;;
    esac
    for unit in $services; do
        [ ! -d "$units" ] || [ -e "$units/$unit" ] || [ -h "$units/$unit" ] ||
            ln -s /dev/null "$units/$unit"
    done
done
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM HUP
    printf '#!/bin/sh\\nexit 101\\n' >"$policy"
    chmod 755 "$policy"
fi
export DEBIAN_FRONTEND=noninteractive
apt-get -q -o DPkg::Lock::Timeout=900 update
apt-get -q -y -o DPkg::Lock::Timeout=900 -o Dpkg::Use-Pty=0 install --no-install-recommends "$@"
"""


def install() -> None:
    """Get what is missing; where that cannot be, say what is left for somebody else to do.

    Tests then run all the same: those that need what is missing fail and name it.
    """
    wanted = missing()
    # Fonts have no program, so only Debian can be asked for them.
    if shutil.which("dpkg-query") and not _installed(FONTS):
        wanted.append(FONTS)
    if not wanted:
        return
    why = _debian_packages(wanted)
    if not browser():
        _browser_of_playwright()
    if left := missing():
        print(f"{why} Still missing: {', '.join(left)}.", flush=True)


def missing() -> list[str]:
    """The Debian packages of programs that are not on this computer in any form."""
    return [
        package
        for package, names in PROGRAMS.items()
        if not (browser() if package == "chromium" else program(*names))
    ]


def program(*names: str) -> str:
    """The path of the first of these programs that is here, or nothing."""
    path = f"{os.environ.get('PATH', os.defpath)}:{SERVERS}"
    return next((found for name in names if (found := shutil.which(name, path=path))), "")


def browser() -> str:
    """The path of a Chromium: the one PORTAL_CHROMIUM names, any here, Playwright's; or nothing."""
    return os.environ.get("PORTAL_CHROMIUM") or program(*BROWSERS) or _playwrights_chromium()


def _debian_packages(wanted: Sequence[str]) -> str:
    """Install them; otherwise a sentence that says why not."""
    command = f"apt-get install {' '.join(wanted)}"
    if shutil.which("apt-get") is None:
        return "There is no apt-get here: use this system's own tools."
    become: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            return f"Installing needs root. As root: {command}."
        become = ["sudo"]
    print(f"Installing {', '.join(wanted)} …", flush=True)
    done = subprocess.run([*become, "sh", "-euc", _INSTALL, "sh", *wanted], check=False)
    if done.returncode:
        return f"apt-get failed and says why above. As root: {command}."
    return "apt-get is done."


def _installed(package: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout.endswith(" installed")


def _browser_of_playwright() -> None:
    """It lands in the user's own cache, needs no root, and brings no libraries of the system."""
    print("Fetching Playwright's Chromium …", flush=True)
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    if subprocess.run(command, check=False).returncode:
        print("Playwright could not fetch its Chromium; it says why above.", flush=True)


def _playwrights_chromium() -> str:
    """Where Playwright keeps the Chromium of its version, if it has been fetched."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else ""
