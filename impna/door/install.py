"""`./portal test --install`: what tests need that no Python package brings."""

import os
import shutil
import subprocess
import sys

from impna.door.trouble import Trouble

PACKAGES = ("chromium", "clamav-daemon", "fonts-noto-core", "age", "openssl")

# No service may start because we test: units are masked before they arrive, and where there is no
# systemd a policy that says no stands in for the time of the installation.
_INSTALL = """
policy=/usr/sbin/policy-rc.d
units=/etc/systemd/system
status=$(dpkg-query -W -f '${Status}' clamav-daemon 2>/dev/null || true)
if [ -d "$units" ] && [ "$status" != 'install ok installed' ]; then
    for unit in clamav-daemon.service clamav-daemon.socket clamav-freshclam.service \
        clamav-freshclam-once.timer clamav-clamonacc.service
    do
        [ -e "$units/$unit" ] || [ -h "$units/$unit" ] || ln -s /dev/null "$units/$unit"
    done
fi
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
    """Install what is missing; raise Trouble when that cannot be done."""
    if shutil.which("apt-get") is None:
        _without_apt()
        return
    missing = [name for name in PACKAGES if not _installed(name)]
    if not missing:
        return
    become: list[str] = []
    if os.geteuid() != 0:
        if shutil.which("sudo") is None:
            raise Trouble(f"Installing needs root. As root: apt-get install {' '.join(missing)}")
        become = ["sudo"]
    print(f"Installing {', '.join(missing)} …", flush=True)
    done = subprocess.run([*become, "sh", "-euc", _INSTALL, "sh", *missing], check=False)
    if done.returncode:
        raise Trouble(f"apt-get could not install {', '.join(missing)}; it says why above.")


def _installed(package: str) -> bool:
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${Status}", package],
        check=False,
        capture_output=True,
        text=True,
    )
    return asked.stdout.endswith(" installed")


def _without_apt() -> None:
    done = subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    if done.returncode:
        raise Trouble("Playwright could not fetch its Chromium; it says why above.")
    print("Install clamd, age and openssl with this system's own tools; tests that need them fail.")
