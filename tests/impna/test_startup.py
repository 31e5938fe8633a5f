"""A process that may too much does not start."""

import os

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connections

from impna.environment import database
from impna.startup import check_database_role


def test_the_applications_and_the_workers_roles_may_start(own_database, as_worker):
    check_database_role()
    with as_worker():
        check_database_role()


def test_the_owner_of_the_tables_does_not_start(own_database):
    settings = connections["default"].settings_dict
    before = settings["USER"], settings["PASSWORD"]
    owner = database(os.environ["DATABASE_OWNER_URL"], "DATABASE_OWNER_URL")
    connections["default"].close()
    settings["USER"], settings["PASSWORD"] = owner["USER"], owner["PASSWORD"]
    try:
        with pytest.raises(ImproperlyConfigured, match="impna_app"):
            check_database_role()
    finally:
        connections["default"].close()
        settings["USER"], settings["PASSWORD"] = before
