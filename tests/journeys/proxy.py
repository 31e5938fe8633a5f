"""A real nginx with the project's own `deploy/nginx.conf`: only where things are is replaced."""

import http.client
import os
import socket
import ssl
import subprocess
from pathlib import Path

import pytest

from impna.door.children import Recipe, Supervisor
from impna.door.install import program
from impna.door.told import plain
from impna.door.valkey import free_port
from tests.journeys.portal import ROOT


class Proxy:
    """nginx before one portal; all it may write is in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.plain_port, self.port = free_port(), free_port()
        self.certificate = folder / "certificate.pem"
        self._supervisor: Supervisor | None = None
        self._asking: list[http.client.HTTPConnection] = []

    def start(self, supervisor: Supervisor, pages: socket.socket, bytes_: socket.socket) -> str:
        """The address that people type, answered by the given listeners behind it."""
        nginx = program("nginx")
        if not nginx:
            pytest.fail("No nginx: ./portal test --install gets it.", pytrace=False)
        self._certify()
        conf = self.folder / "nginx.conf"
        conf.write_text(self._placed(pages.getsockname()[1], bytes_.getsockname()[1]))
        # As root it would become nobody, who may not enter this folder.
        who = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
        command = [nginx, "-p", self.folder, "-e", "stderr", "-c", conf, "-g", who]
        supervisor.start(Recipe("proxy", command, plain(), self.folder))
        supervisor.wait_until(self._listens, "nginx's start", 20)
        self._supervisor = supervisor
        return f"https://localhost:{self.port}"

    def connection(self) -> http.client.HTTPConnection:
        """HTTP/1.1 over TLS, the certificate checked; `hang_up` closes it."""
        context = ssl.create_default_context(cafile=str(self.certificate))
        made = http.client.HTTPSConnection("localhost", self.port, timeout=60, context=context)
        self._asking.append(made)
        return made

    def hang_up(self) -> None:
        """Close every connection a test made."""
        while self._asking:
            self._asking.pop().close()

    def open_files(self) -> list[str]:
        """Files of any disk that nginx has open, deleted ones included, besides its log."""
        assert self._supervisor is not None
        [child] = [c for c in self._supervisor.children if c.recipe.name == "proxy"]
        children = Path(f"/proc/{child.process.pid}/task/{child.process.pid}/children")
        found: set[str] = set()
        for pid in [str(child.process.pid), *children.read_text().split()]:
            found |= {str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir()}
        return sorted(
            path
            for path in found - {"/dev/null", str(child.log)}
            if path.startswith("/") and not path.startswith(f"{ROOT}/deploy/proxy/")
        )

    def _placed(self, pages: int, bytes_: int) -> str:
        """The project's file with this computer's paths, addresses and certificate."""
        conf = (ROOT / "deploy" / "nginx.conf").read_text()
        for there, here in {
            " /tmp/": f" {self.folder}/",
            "listen 8080;": f"listen 127.0.0.1:{self.plain_port};",
            "listen 8443 ssl": f"listen 127.0.0.1:{self.port} ssl",
            "/run/secrets/tls_certificate;": f"{self.certificate};",
            "/run/secrets/tls_key;": f"{self.folder}/key.pem;",
            "http://pages:8000;": f"http://127.0.0.1:{pages};",
            "http://bytes:8000;": f"http://127.0.0.1:{bytes_};",
            "/etc/nginx/says/": f"{ROOT}/deploy/proxy/",
        }.items():
            assert there in conf, there
            conf = conf.replace(there, here)
        return conf

    def _certify(self) -> None:
        key, names = self.folder / "key.pem", "subjectAltName=DNS:localhost"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", "/CN=localhost", "-addext", names, "-keyout", str(key)]
        subprocess.run([*command, "-out", self.certificate], check=True, capture_output=True)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
