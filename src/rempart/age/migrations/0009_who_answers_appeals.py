"""Whoever answered an appeal, or decided about the same account in any other question, answers no appeal of it."""

from django.db import migrations

NOBODY_JUDGES_TWICE = """
CREATE OR REPLACE FUNCTION age_refuse_own_judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decided_by_id IS NOT NULL AND EXISTS (
        SELECT FROM age_challenge this
        JOIN age_challenge c
            ON c.service = this.service AND (c.handle = this.handle OR c.platform_id = this.platform_id)
        WHERE this.id = NEW.challenge_id AND (
            c.opened_by_id = NEW.decided_by_id
            OR EXISTS (
                SELECT FROM age_agedecision d
                WHERE d.challenge_id = c.id AND NEW.decided_by_id IN (d.decided_by_id, d.second_by_id)
            )
            OR EXISTS (
                SELECT FROM age_challengeappeal a
                WHERE a.challenge_id = c.id AND a.id <> NEW.id AND a.decided_by_id = NEW.decided_by_id
            )
        )
    ) THEN
        RAISE EXCEPTION 'member % decided about this account before', NEW.decided_by_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'who_decided_judges_no_appeal';
    END IF;
    RETURN NEW;
END $$;
"""
AS_BEFORE = """
CREATE OR REPLACE FUNCTION age_refuse_own_judge() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.decided_by_id IS NOT NULL AND EXISTS (
        SELECT FROM age_agedecision d
        WHERE d.challenge_id = NEW.challenge_id AND NEW.decided_by_id IN (d.decided_by_id, d.second_by_id)
    ) THEN
        RAISE EXCEPTION 'member % decided about this challenge before', NEW.decided_by_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'who_decided_judges_no_appeal';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("age", "0008_what_is_gone"),
    ]

    operations = [
        migrations.RunSQL(NOBODY_JUDGES_TWICE, AS_BEFORE),
    ]
