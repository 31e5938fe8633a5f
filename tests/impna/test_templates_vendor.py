"""What other people wrote is what the lock says, and no more of it than we use."""

import json
import shutil
from pathlib import Path

import pytest

from impna.door import vendor


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(vendor.VENDOR, tmp_path / "vendor")
    monkeypatch.setattr(vendor, "VENDOR", tmp_path / "vendor")
    monkeypatch.setattr(vendor, "LOCK", tmp_path / "vendor" / "vendor.lock.json")
    return tmp_path / "vendor"


def test_the_tree_agrees_with_its_lock() -> None:
    assert vendor.check() == []
    assert vendor.main(["--check"]) == 0


def test_a_changed_a_missing_and_an_unknown_file_are_named(copy: Path) -> None:
    (copy / "ecl" / "ecl.css").write_text("body{}")
    (copy / "ecl" / "icons.svg").unlink()
    (copy / "logo.svg").write_text("<svg/>")
    assert vendor.check() == [
        "changed or missing: static/vendor/ecl/ecl.css",
        "changed or missing: static/vendor/ecl/icons.svg",
        "not in the lock: static/vendor/logo.svg",
    ]
    assert vendor.main(["--check"]) == 1


def test_only_what_is_named_stays_and_nothing_fetches() -> None:
    css = (
        '@charset "UTF-8";/* c */:root{--a:1px;--b:var(--c);--c:red;--d:blue;--kept-x:1}'
        ".ecl-button{color:var(--b)}.ecl-menu{width:var(--d)}"
        ".ecl-button--x:is(:hover,:focus),.ecl-menu a{top:0}"
        "@media (min-width:1px){.ecl-menu{top:1px}.ecl-button__label{top:2px}}"
        "@media print{.ecl-menu{top:0}}"
        "a{color:red}.other .ecl-button{top:3px}@font-face{src:url(x)}"
    )
    assert vendor.purge(css, {"button"}, ("--kept",)) == (
        ":root{--b:var(--c);--c:red;--kept-x:1}"
        ".ecl-button{color:var(--b)}.ecl-button--x:is(:hover,:focus){top:0}"
        "@media (min-width:1px){.ecl-button__label{top:2px}}"
    )


def test_a_kept_rule_that_fetches_is_refused() -> None:
    with pytest.raises(vendor.Refused, match="fetches"):
        vendor.purge(".ecl-button{background:url(data:image/gif;base64,AA)}", {"button"}, ())


def test_a_brace_in_a_string_does_not_end_a_rule() -> None:
    assert (
        vendor.purge(r'.ecl-icon{content:"}\""}', {"icon"}, ())
        == r':root{}.ecl-icon{content:"}\""}'
    )
    with pytest.raises(vendor.Refused, match="inside a block"):
        vendor.purge(".ecl-icon{top:0", {"icon"}, ())


def test_a_sprite_holds_paths_only() -> None:
    icon = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0"/></svg>'
    assert '<symbol id="x" viewBox="0 0 4 4"><path d="M0 0"/></symbol>' in vendor.sprite(
        {"x": icon}
    )
    with pytest.raises(vendor.Refused, match="image"):
        vendor.sprite({"x": icon.replace(b"path", b"image")})


def packages() -> dict[str, dict[str, bytes]]:
    lock = json.loads(vendor.LOCK.read_text())
    icon = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 4 4"><path d="M0 0"/></svg>'
    return {
        "@ecl/preset-eu": {
            "dist/styles/optional/ecl-reset.css": b"/*! made */body{margin:0;overflow-x:hidden}",
            "dist/styles/ecl-eu.css": b".ecl-button{top:0}",
            "LICENSE": b"licence",
        },
        "@ecl/resources-icons": {
            "LICENSE": b"licence",
            **{f"src/all/{name}.svg": icon for name in lock["icons"]["names"]},
        },
    }


def test_a_refresh_writes_files_and_lock(copy: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vendor, "fetch", lambda name, _: packages()[name])
    assert vendor.main([]) == 0
    first = (copy / "vendor.lock.json").read_bytes()
    assert (
        (copy / "ecl" / "ecl.css")
        .read_text()
        .endswith("body{margin:0}\n:root{}.ecl-button{top:0}\n")
    )
    assert vendor.check() == []
    assert vendor.main([]) == 0
    assert (copy / "vendor.lock.json").read_bytes() == first


def test_another_tarball_than_the_locked_one_is_refused(
    copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    npm = tmp_path / "bin" / "npm"
    npm.parent.mkdir()
    npm.write_text('#!/bin/sh\nprintf other > "$4/package.tgz"\necho package.tgz\n')
    npm.chmod(0o755)
    monkeypatch.setenv("PATH", str(npm.parent), prepend=":")
    before = (copy / "ecl" / "ecl.css").read_bytes()
    assert vendor.main([]) == 1
    assert "not the one in the lock" in capsys.readouterr().err
    assert (copy / "ecl" / "ecl.css").read_bytes() == before


def test_no_logo_is_shipped() -> None:
    names = [p.name for p in vendor.VENDOR.rglob("*") if p.is_file()]
    assert sorted(names) == [
        "LICENSE.preset-eu.txt",
        "LICENSE.resources-icons.txt",
        "ecl.css",
        "icons.svg",
        "vendor.lock.json",
    ]
