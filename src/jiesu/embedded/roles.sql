-- The two roles of a server: neither is a superuser; the application's owns nothing. May be run again.
DO $$
DECLARE
  wanted text;
BEGIN
  FOREACH wanted IN ARRAY ARRAY['jiesu_owner', 'jiesu_app'] LOOP
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = wanted) THEN
      EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS', wanted);
    END IF;
  END LOOP;
END
$$;
-- The owner obeys the row policies as well (FORCE); what it does, migrations, is the system's.
ALTER ROLE jiesu_owner SET jiesu.scope = 'system';
