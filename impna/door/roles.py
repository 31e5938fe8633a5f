"""Makes the database and its roles by `impna/sql/roles.sql`, and sets the passwords.

As a program (`python -m impna.door.roles`), for a real server: DATABASE_ADMIN_URL is a superuser's
address; the passwords and the database's name are those in DATABASE_OWNER_URL, DATABASE_URL and
DATABASE_WORKER_URL.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

import psycopg
from psycopg import sql

from impna.door.told import outside_databases
from impna.door.trouble import Trouble

WITH_LOGIN = ("impna_owner", "impna_app", "impna_worker")
ROLES = Path(__file__).resolve().parents[1] / "sql" / "roles.sql"


def create_database(superuser: str, name: str) -> None:
    """Create the database `name`, unless it exists, with one locale on every computer."""
    with psycopg.connect(superuser, autocommit=True) as connection:
        found = connection.execute("SELECT FROM pg_database WHERE datname = %s", [name])
        if found.fetchone() is None:
            connection.execute(
                sql.SQL(
                    "CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin"
                    " BUILTIN_LOCALE 'C.UTF-8' LOCALE 'C'"
                ).format(sql.Identifier(name))
            )


def furnish(superuser: str, passwords: Mapping[str, str]) -> None:
    """Bring the roles, the rights on this database, and the passwords to what they must be.

    Passwords reach the server as SCRAM verifiers, so no log of it can hold one.
    """
    with psycopg.connect(superuser) as connection:
        connection.execute(ROLES.read_text(encoding="utf-8"), prepare=False)
        for role, password in passwords.items():
            verifier = connection.pgconn.encrypt_password(
                password.encode(), role.encode(), b"scram-sha-256"
            ).decode()
            connection.execute(
                sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), verifier)
            )


def main() -> None:
    """Furnish the server that the environment names."""
    admin = os.environ.get("DATABASE_ADMIN_URL", "")
    addresses = outside_databases()
    if not admin or addresses is None:
        raise Trouble(
            "Set DATABASE_ADMIN_URL to a superuser's address of the PostgreSQL server, and"
            " DATABASE_OWNER_URL, DATABASE_URL and DATABASE_WORKER_URL to those of the roles."
        )
    parts = [urlsplit(address) for address in addresses]
    found = {unquote(p.username or ""): unquote(p.password or "") for p in parts}
    databases = {p.path.lstrip("/") for p in parts}
    if tuple(found) != WITH_LOGIN or not all(found.values()) or len(databases) != 1:
        raise Trouble(
            "The three addresses must name the roles impna_owner, impna_app and impna_worker, each"
            " with a password, and one and the same database."
        )
    [database] = databases
    create_database(admin, database)
    inside = urlunsplit(urlsplit(admin)._replace(path=f"/{database}"))
    furnish(inside, found)
    print(f"Roles and rights of the database {database} are up to date.")


if __name__ == "__main__":
    try:
        main()
    except Trouble as trouble:
        sys.exit(str(trouble))
    except psycopg.OperationalError as error:
        sys.exit(f"The PostgreSQL server does not let us in: {str(error).splitlines()[0]}")
