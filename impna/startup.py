"""What a process makes sure of before it answers or works: its database role is a small one.

A role that owns tables, is superuser or bypasses row-level security would make every rule of the
database worthless without anyone noticing (DESIGN 4).
"""

from django.core.exceptions import ImproperlyConfigured
from django.db import connection

_FACTS = """
    SELECT rolsuper, rolbypassrls, rolcreaterole,
           EXISTS (SELECT FROM pg_class WHERE relowner = pg_roles.oid AND relkind IN ('r', 'p')),
           current_setting('server_version_num')::int
    FROM pg_roles WHERE rolname = current_user
"""


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
