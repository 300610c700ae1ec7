#!/bin/sh
# Run once by the PostgreSQL container: a database for labels, and its owner. Workers get a user of their own
# with fewer rights (worker.sql), after the owner has made the tables.
set -eu
psql -v ON_ERROR_STOP=1 -v password="$LABELS_PASSWORD" --username "$POSTGRES_USER" <<'SQL'
CREATE ROLE labels LOGIN PASSWORD :'password';
CREATE DATABASE labels OWNER labels;
SQL
