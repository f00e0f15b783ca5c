-- What the application's role may do in one database: use the tables that migrations will make. May be run again.
REVOKE ALL ON SCHEMA public FROM PUBLIC;
ALTER SCHEMA public OWNER TO jiesu_owner;
GRANT USAGE ON SCHEMA public TO jiesu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE jiesu_owner IN SCHEMA public
  GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO jiesu_app;
ALTER DEFAULT PRIVILEGES FOR ROLE jiesu_owner IN SCHEMA public
  GRANT USAGE, SELECT ON SEQUENCES TO jiesu_app;
-- Row policies let an index answer only what cannot tell of hidden rows. "Does this text match these words?" cannot: it
-- raises no error and calls nothing. Without this line search by words is right, but reads whole tables.
ALTER FUNCTION pg_catalog.ts_match_vq(tsvector, tsquery) LEAKPROOF;
-- The same of "does one of my units help with this ticket?": without it the queues of many tickets are sorted from whole tables.
ALTER FUNCTION pg_catalog.arrayoverlap(anyarray, anyarray) LEAKPROOF;
