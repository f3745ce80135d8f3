"""The database refuses, on every path, to change a status's kind or to delete a built-in status."""

from django.db import migrations

CREATE = """
CREATE FUNCTION tickets_guard_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.kind <> OLD.kind THEN
            RAISE EXCEPTION 'The kind of a status cannot change once it is created.' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.id <> OLD.id THEN
            RAISE EXCEPTION 'The id of a status cannot change.' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
    END IF;
    IF OLD.id IN (1, 2, 3) THEN
        RAISE EXCEPTION 'The built-in statuses cannot be deleted.' USING ERRCODE = 'check_violation';
    END IF;
    RETURN OLD;
END;
$$;
CREATE TRIGGER tickets_guard_status BEFORE UPDATE OR DELETE ON tickets_status
    FOR EACH ROW EXECUTE FUNCTION tickets_guard_status();
"""
DROP = """
DROP TRIGGER tickets_guard_status ON tickets_status;
DROP FUNCTION tickets_guard_status();
"""


class Migration(migrations.Migration):
    dependencies = [("tickets", "0001_tickets")]

    operations = [migrations.RunSQL(CREATE, DROP)]
