"""Files stay as they are: what was handed in never changes, a held one is not destroyed, a locked one not unlocked."""

from django.db import migrations

SQL = """
-- A sealed content is random to any compressor: do not try.
ALTER TABLE files_sealedcontent ALTER COLUMN sealed SET STORAGE EXTERNAL;

CREATE FUNCTION files_stay_as_they_are() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.sha256, NEW.size, NEW.name, NEW.media_type, NEW.kept_at)
        IS DISTINCT FROM (OLD.sha256, OLD.size, OLD.name, OLD.media_type, OLD.kept_at) THEN
        RAISE EXCEPTION 'what was handed in does not change' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF (OLD.state = 'locked' AND NEW.state = 'kept') OR (OLD.state = 'destroyed' AND NEW.state <> 'destroyed') THEN
        RAISE EXCEPTION 'a file is never unlocked, nor destroyed and back'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.state = 'destroyed' AND OLD.state <> 'destroyed'
        AND EXISTS (SELECT 1 FROM files_hold WHERE file_id = NEW.id) THEN
        RAISE EXCEPTION 'a held file is not destroyed' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER stay_as_they_are BEFORE UPDATE ON files_storedfile
    FOR EACH ROW EXECUTE FUNCTION files_stay_as_they_are();

CREATE FUNCTION files_contents_do_not_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a sealed content does not change' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER do_not_change BEFORE UPDATE ON files_sealedcontent
    FOR EACH ROW EXECUTE FUNCTION files_contents_do_not_change();
"""
BACK = """
DROP TRIGGER stay_as_they_are ON files_storedfile;
DROP FUNCTION files_stay_as_they_are();
DROP TRIGGER do_not_change ON files_sealedcontent;
DROP FUNCTION files_contents_do_not_change();
"""


class Migration(migrations.Migration):
    """Triggers."""

    dependencies = [("files", "0001_initial")]
    operations = [migrations.RunSQL(SQL, BACK)]
