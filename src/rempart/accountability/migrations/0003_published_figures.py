"""The figures that are public; what was published is never changed nor deleted."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

STAYS = """
CREATE FUNCTION accountability_refuse_change_of_published() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'published figures stay as they were: publish a revision'
        USING ERRCODE = 'check_violation', CONSTRAINT = 'what_was_published_stays';
END $$;
CREATE TRIGGER refuse_change BEFORE UPDATE OR DELETE ON accountability_publishedfigures
    FOR EACH ROW EXECUTE FUNCTION accountability_refuse_change_of_published();
"""
NO_LONGER = """
DROP TRIGGER refuse_change ON accountability_publishedfigures;
DROP FUNCTION accountability_refuse_change_of_published();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accountability", "0002_submissions"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="FiguresSoFar",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField(unique=True)),
                ("at_least", models.JSONField()),
                ("hours", models.JSONField()),
                ("invented", models.BooleanField()),
                ("as_of", models.DateTimeField()),
            ],
            options={
                "ordering": ["starts_on"],
            },
        ),
        migrations.CreateModel(
            name="PublishedFigures",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("revision", models.PositiveSmallIntegerField(default=1)),
                ("counts", models.JSONField()),
                ("groups", models.JSONField()),
                ("shown", models.JSONField()),
                ("hours", models.JSONField()),
                ("invented", models.BooleanField()),
                ("published_at", models.DateTimeField()),
                ("because", models.TextField(blank=True)),
                (
                    "revised_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["starts_on", "-ends_on", "revision"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("starts_on", "ends_on", "revision"), name="one_publication_a_revision"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("ends_on__gt", models.F("starts_on"))), name="what_is_published_is_over"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("because", ""), ("revised_by", None), ("revision", 1)),
                            models.Q(
                                ("revised_by__isnull", False),
                                ("revision__gt", 1),
                                models.Q(("because", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_revision_of_figures_says_who_and_why",
                    ),
                ],
            },
        ),
        migrations.RunSQL(STAYS, NO_LONGER),
    ]
