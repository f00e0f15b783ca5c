-- What the application's role may do in one database: use the tables that migrations will make. May be run again.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO jiesu_owner;
GRANT USAGE ON SCHEMA public TO jiesu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE jiesu_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jiesu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE jiesu_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO jiesu_app;
