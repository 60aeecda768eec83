"""Bringing the database to the code's version: rights, then migrations, as its owner, one process at a time."""

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from rempart.database.roles import prepare_application_role

LOCK = 0x7265_6D70_6172_7402  # "rempart", 2


def migrate() -> None:
    """Prepare the application's role and apply the migrations that are missing. Does nothing when up to date."""
    owner = connections["owner"]
    application = settings.DATABASES["default"]
    owner.ensure_connection()
    try:
        # The site and the worker may well be started at the same moment.
        owner.connection.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        prepare_application_role(owner.connection, application["USER"], application["PASSWORD"] or None)
        if missing_migrations():
            call_command("migrate", database="owner", interactive=False, verbosity=0)
    finally:
        owner.close()  # which gives the lock back


def missing_migrations() -> list[str]:
    """The migrations not yet applied, as `room.name`."""
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
