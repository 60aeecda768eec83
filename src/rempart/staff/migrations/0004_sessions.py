"""Sessions that know whose they are, in the place of Django's own; and the cache that every process shares."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Django makes the tables of caches by a command of its own; here every table comes by a migration.
CACHE = """
CREATE TABLE staff_cache (cache_key varchar(255) PRIMARY KEY, value text NOT NULL, expires timestamptz NOT NULL);
CREATE INDEX staff_cache_expires ON staff_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("staff", "0003_machine_keys")]

    operations = [
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                (
                    "member",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="sessions",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={"verbose_name": "session", "verbose_name_plural": "sessions", "abstract": False},
        ),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
        migrations.RunSQL(CACHE, "DROP TABLE staff_cache"),
    ]
