"""What every command that needs the site does first: the database runs, the settings are read, the tables are there."""

import os


def set_up(*, migrated: bool = True) -> None:
    """Start the embedded database if it is in use, read the settings and bring the tables up to date.

    May be called again: nothing is done twice.
    """
    import django

    from rempart.database.addresses import ensure_running

    ensure_running()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.site.settings")
    django.setup()
    if migrated:
        from rempart.site.migrating import migrate

        migrate()
