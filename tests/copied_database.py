"""The first process of a run migrates its database; the others copy it: one second instead of twenty."""

import fcntl
import os
from pathlib import Path

import psycopg2
from django.conf import settings
from django.db import connection

MODEL = f"{settings.DATABASES['default']['TEST']['NAME']}_model"
IS_SHARED = "PYTEST_XDIST_WORKER" in os.environ


class CopiedDatabase:
    """Held from before the database of this process is made until it is whole."""

    def __init__(self, folder: Path):
        self.lock = (folder / "model.lock").open("w")
        self.made = folder / "model.made"

    def begin(self):
        """Wait for the process that migrates, if there is one."""
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        if self.made.exists():
            connection.settings_dict["TEST"]["TEMPLATE"] = MODEL

    def finish(self):
        """Leave a copy for the others; nobody may be connected to a database that is copied."""
        if not self.made.exists():
            copied, quoted = connection.settings_dict["NAME"], connection.ops.quote_name
            connection.close()
            with connection._nodb_cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {quoted(MODEL)}")  # of a run that was killed
                cursor.execute(f"CREATE DATABASE {quoted(MODEL)} TEMPLATE {quoted(copied)}")
            self.made.touch()
        self.lock.close()


def forget_model():
    """The model goes with the run on a server that stays."""
    model = connection.ops.quote_name(MODEL)
    server = psycopg2.connect(settings.DATABASE_URL)
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {model}")
    server.close()
