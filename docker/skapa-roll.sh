#!/bin/sh
# Run once by the postgres image, when its volume is empty: the application's role owns its database and nothing more.
# The image's own superuser (POSTGRES_USER) is for whoever runs the database.
set -e
psql --no-psqlrc --set ON_ERROR_STOP=1 --set losenord="$REGIONSKANE_PASSWORD" --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE regionskane LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE PASSWORD :'losenord';
CREATE DATABASE regionskane OWNER regionskane;
SQL
