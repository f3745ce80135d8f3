"""The database as the migrations left it, after a test whose transactions were real.

Django truncates every table and fills in content types and permissions anew, which takes half a second. Here
rows are deleted where there are any, and what the migrations wrote is put back where a test has changed it:
some milliseconds, and a web process that runs on may keep the ids it knows.
"""

from django.db import connection

REMEMBER = """
DO $$
DECLARE name text; has_rows boolean;
BEGIN
    DROP SCHEMA IF EXISTS seeds CASCADE;
    CREATE SCHEMA seeds;
    FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM public.%I)', name) INTO has_rows;
        IF has_rows THEN
            EXECUTE format('CREATE TABLE seeds.%1$I AS TABLE public.%1$I', name);
        END IF;
    END LOOP;
END $$
"""

RESTORE = """
DO $$
DECLARE name text; is_seed boolean; has_changed boolean;
BEGIN
    -- Neither the order of foreign keys nor the triggers that protect what is built in.
    SET LOCAL session_replication_role = replica;
    FOR name, is_seed IN
        SELECT tablename, to_regclass(format('seeds.%I', tablename)) IS NOT NULL
        FROM pg_tables WHERE schemaname = 'public'
    LOOP
        has_changed := true;
        IF is_seed THEN
            EXECUTE format('SELECT EXISTS ((TABLE public.%1$I EXCEPT TABLE seeds.%1$I)'
                           ' UNION ALL (TABLE seeds.%1$I EXCEPT TABLE public.%1$I))', name) INTO has_changed;
        END IF;
        IF has_changed THEN
            EXECUTE format('DELETE FROM public.%I', name);
        END IF;
        IF is_seed AND has_changed THEN
            EXECUTE format('INSERT INTO public.%1$I SELECT * FROM seeds.%1$I', name);
        END IF;
    END LOOP;
END $$
"""


def remember() -> None:
    """Call it once, when the database has been migrated."""
    with connection.cursor() as cursor:
        cursor.execute(REMEMBER)


def restore() -> None:
    with connection.cursor() as cursor:
        cursor.execute(RESTORE)
