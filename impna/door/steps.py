"""Django commands as steps of a longer work: quiet when they succeed, one sentence when not."""

import re
import signal
import subprocess
import sys

from impna.door.children import tied_to_us
from impna.door.place import ROOT, Place
from impna.door.told import Facts, environment
from impna.door.trouble import Trouble

# These read or change the schema, which belongs to the owner's role.
OWNERS = frozenset(
    {"makemigrations", "migrate", "optimizemigration", "showmigrations", "sqlmigrate"}
)
# How manage.py says it.
_SETTING = re.compile(r"^The portal cannot start\. .+", re.MULTILINE | re.DOTALL)


def django(place: Place, facts: Facts, *words: str) -> str:
    """Run `manage.py` with these words and return what it printed; raise Trouble when it fails."""
    done = subprocess.run(
        [sys.executable, ROOT / "manage.py", *words],
        check=False,
        env=environment(place, facts, "manage", owner=words[0] in OWNERS),
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
        preexec_fn=tied_to_us(signal.SIGTERM),
    )
    if done.returncode == 0:
        return done.stdout
    setting = _SETTING.search(done.stdout)
    if setting:
        raise Trouble(setting.group().strip())
    log = place.logs / f"manage-{words[0]}.log"
    log.write_text(done.stdout, encoding="utf-8")
    tail = "\n".join(done.stdout.splitlines()[-15:])
    raise Trouble(f"manage {words[0]} failed; all it said is in {log}, and last:\n{tail}")
