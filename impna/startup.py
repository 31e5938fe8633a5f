"""What a process makes sure of before it answers or works: role, keys, room in memory.

A role that owns tables, is superuser or bypasses row-level security would make every rule of the
database worthless without anyone noticing (DESIGN 4). A key store that does not open, or scratch
that is too small, would show itself only when somebody depends on it.
"""

import shutil

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from custody.keys import check_keystore
from custody.keystore import KeyStoreError, KeyStoreUnusable
from impna.door.place import in_memory
from impna.door.scanner import COPIES, MIB
from partners.management.commands.prepare import PURPOSES

_FACTS = """
    SELECT rolsuper, rolbypassrls, rolcreaterole,
           EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')),
           current_setting('server_version_num')::int
    FROM pg_roles WHERE rolname = current_user
"""


def check_start() -> None:
    """All of it, in a web server or worker; raise ImproperlyConfigured with what to set."""
    check_scratch()
    check_database_role()
    check_keys()


def check_database_role() -> None:
    """Raise ImproperlyConfigured with what to set when the role may too much."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS)
        superuser, bypasses, creates_roles, owns_tables, version = cursor.fetchone()
    if superuser or bypasses or creates_roles or owns_tables:
        raise ImproperlyConfigured(
            "DATABASE_URL names a role that owns tables or stands above row-level security. "
            "Set it to impna_app (pages, bytes) or impna_worker (workers, beat)."
        )
    if version < 170000:
        raise ImproperlyConfigured("The portal needs PostgreSQL 17 or newer.")


def check_keys() -> None:
    """The key store works, and the deployment's own compartments open with this master key."""
    try:
        check_keystore(PURPOSES)
    except KeyStoreUnusable as error:
        raise ImproperlyConfigured(f"The key store cannot be used. {error}") from error
    except KeyStoreError as error:
        raise ImproperlyConfigured(
            f"The portal's own keys do not open. {error} Set PORTAL_KEYS_DIR and "
            "PORTAL_MASTER_KEY_FILE to the folder and the key they were made with."
        ) from error


def check_scratch() -> None:
    """Scratch is memory, and has room for the largest file the scanner takes (DESIGN 6).

    Under `./portal run` the door has refused a disk, and lowered the scanner's limit to the room.
    """
    if settings.PRODUCTION and not in_memory(settings.SCRATCH_DIR):
        raise ImproperlyConfigured(
            "PORTAL_SCRATCH_DIR is on a disk, where evidence in clear must not go. Set it to a "
            "private folder in memory (tmpfs)."
        )
    fits = shutil.disk_usage(settings.SCRATCH_DIR).total // COPIES
    if fits < settings.SCAN_LIMIT:
        raise ImproperlyConfigured(
            f"PORTAL_SCRATCH_DIR is too small for the largest file to be scanned: of "
            f"{settings.SCAN_LIMIT // MIB} MiB it must hold {COPIES} copies. Give it more memory, "
            f"or set PORTAL_SCAN_LIMIT and the scanner's StreamMaxLength to at most {fits}."
        )
