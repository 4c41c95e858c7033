#!/bin/sh
# A database for each service, which another service's user cannot reach; runs once, before the server takes connections.
set -eu
for service in users search; do
  psql -v ON_ERROR_STOP=1 -q -U "${POSTGRES_USER:-postgres}" -d postgres \
    -v service="$service" <<'SQL'
\set file /run/secrets/ :service -password
\set password `cat :file`
CREATE ROLE :"service" LOGIN PASSWORD :'password';
CREATE DATABASE :"service" OWNER :"service";
REVOKE CONNECT ON DATABASE :"service" FROM PUBLIC;
SQL
done
