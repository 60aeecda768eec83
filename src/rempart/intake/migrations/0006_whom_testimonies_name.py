"""What stands behind an @ in testimonies and posts is found by an index: `naming.is_spoken_of` reads a few rows.

The function yields what `naming` may read as a handle or as the domain of an address (no _ in it), and some more, each
at most 254 characters; `naming` decides.
"""

from django.db import migrations

NAMED = r"""
CREATE FUNCTION intake_named_in(said text) RETURNS text[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 1000 AS $$
    SELECT ARRAY(
        SELECT unnest(ARRAY[rtrim(m[1], '._-'), rtrim(split_part(m[1], '_', 1), '.-')])
        FROM regexp_matches(lower(said), '@([a-z0-9._-]{1,254})', 'g') m
    )
$$;
CREATE INDEX testimonies_by_whom_they_name ON intake_testimony USING gin (intake_named_in(text));
CREATE INDEX posts_by_whom_they_name ON intake_post USING gin (intake_named_in(text));
"""
AWAY = """
DROP INDEX posts_by_whom_they_name;
DROP INDEX testimonies_by_whom_they_name;
DROP FUNCTION intake_named_in(text);
"""


class Migration(migrations.Migration):
    dependencies = [
        ("intake", "0005_reporter_communities"),
    ]

    operations = [
        migrations.RunSQL(NAMED, AWAY),
    ]
