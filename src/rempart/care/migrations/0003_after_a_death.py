"""What follows a death: who stated it, and those who knew them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import rempart.intake.fields
import rempart.ledger.clock


class Migration(migrations.Migration):
    dependencies = [
        ("care", "0002_people"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Postvention",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("service", rempart.intake.fields.ServiceField()),
                ("handle", models.CharField(max_length=255)),
                ("platform_id", models.CharField(max_length=255, null=True)),
                (
                    "source",
                    models.CharField(
                        choices=[
                            ("family", "their family"),
                            ("platform", "the platform"),
                            ("authority", "an authority"),
                            ("friend", "somebody close to them"),
                        ],
                        max_length=9,
                    ),
                ),
                ("declared_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("mistaken_at", models.DateTimeField(null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "declared_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="postventions",
                        to="care.carefile",
                    ),
                ),
                (
                    "mistaken_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["-declared_at", "-pk"],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("mistaken_at", None)),
                        fields=("service", "handle"),
                        name="one_postvention_an_account",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at", None), ("confirmed_by", None)),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("confirmed_by__isnull", False),
                                models.Q(("confirmed_by", models.F("declared_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_second_person_confirms_a_death",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("mistaken_at", None), ("mistaken_by", None)),
                            models.Q(("mistaken_at__isnull", False), ("mistaken_by__isnull", False)),
                            _connector="OR",
                        ),
                        name="a_mistake_is_said_by_somebody",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Peer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("offered_at", models.DateTimeField(default=rempart.ledger.clock.now)),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="care.carefile"
                    ),
                ),
                (
                    "named_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
                (
                    "postvention",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="peers", to="care.postvention"
                    ),
                ),
            ],
            options={
                "ordering": ["offered_at", "pk"],
                "constraints": [
                    models.UniqueConstraint(fields=("postvention", "file"), name="a_peer_is_offered_help_once"),
                ],
            },
        ),
    ]
