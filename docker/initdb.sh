#!/bin/sh
# Makes the two roles and their privileges in a fresh PostgreSQL container; the SQL is the embedded server's own.
set -eu
run() { psql --set ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" "$@"; }
secret() { cat "${JIESU_SECRETS:-/run/secrets}/$1"; }
run --file "${JIESU_SQL:-/jiesu-sql}/roles.sql"
run --set app="$(secret app_password)" --set owner="$(secret owner_password)" --set db="$POSTGRES_DB" <<'SQL'
ALTER ROLE jiesu_app PASSWORD :'app';
ALTER ROLE jiesu_owner PASSWORD :'owner';
ALTER DATABASE :"db" OWNER TO jiesu_owner;
SQL
run --file "${JIESU_SQL:-/jiesu-sql}/privileges.sql"
