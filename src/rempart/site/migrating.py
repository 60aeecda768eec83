"""Bringing the database to the code's version: rights first, then migrations, all as its owner."""

from django.conf import settings
from django.core.management import call_command
from django.db import connections
from django.db.migrations.executor import MigrationExecutor

from rempart.database.roles import prepare_application_role


def migrate() -> None:
    """Prepare the application's role and apply the migrations that are missing. Does nothing when up to date."""
    owner = connections["owner"]
    application = settings.DATABASES["default"]
    owner.ensure_connection()
    prepare_application_role(owner.connection, application["USER"], application["PASSWORD"] or None)
    call_command("migrate", database="owner", interactive=False, verbosity=0)


def missing_migrations() -> list[str]:
    """The migrations not yet applied, as `room.name`."""
    executor = MigrationExecutor(connections["owner"])
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]
