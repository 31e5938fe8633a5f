"""Everything below Django: PostgreSQL, Valkey and the scanner, ours or those we were pointed to."""

import os
from dataclasses import dataclass

import psycopg

from impna.door import scanner, valkey
from impna.door.children import Supervisor
from impna.door.place import Place
from impna.door.postgres import Postgres
from impna.door.scanner import Scanner
from impna.door.told import outside_databases
from impna.door.trouble import Trouble


@dataclass(frozen=True)
class Servers:
    """Addresses of what runs; `scanner` is the reason when there is none."""

    owner_url: str
    app_url: str
    worker_url: str
    redis_url: str
    scanner: Scanner | str


def start(
    place: Place, supervisor: Supervisor, *, durable: bool = True, scan: bool = True
) -> Servers:
    """Start what the environment does not name, and prove that what it names lets us in."""
    addresses = outside_databases()
    if addresses is None:
        postgres = Postgres(place, durable=durable)
        postgres.start(supervisor)
        addresses = (
            postgres.url("impna_owner"),
            postgres.url("impna_app"),
            postgres.url("impna_worker"),
        )
    else:
        for address in addresses:
            _prove(address)
    return Servers(
        *addresses,
        redis_url=_broker(place, supervisor),
        scanner=scanner.start(place, supervisor) if scan else "not asked for",
    )


def _prove(address: str) -> None:
    try:
        psycopg.connect(address, connect_timeout=10).close()
    except psycopg.Error as error:
        raise Trouble(
            "A database address in the environment does not work:"
            f" {str(error).splitlines()[0]}. impna/sql/roles.sql makes the roles;"
            " unset DATABASE_URL, DATABASE_OWNER_URL and DATABASE_WORKER_URL to use our own server."
        ) from error


def _broker(place: Place, supervisor: Supervisor) -> str:
    told = os.environ.get("REDIS_URL", "")
    if not told:
        return valkey.start(place, supervisor)
    if not valkey.answers(told):
        raise Trouble(
            "REDIS_URL names a server that does not answer or does not accept the password."
            " Correct it, or unset it to use the server we start."
        )
    return told
