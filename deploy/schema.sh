#!/bin/sh
# Run by compose.yaml before the Temporal server: its two databases, made or brought up to its version.
set -eu
for database in temporal:temporal temporal_visibility:visibility; do
    tool="temporal-sql-tool --plugin postgres12 --ep postgres -p 5432 -u temporal --db ${database%:*}"
    $tool create
    $tool setup-schema -v 0.0
    $tool update-schema -d "/etc/temporal/schema/postgresql/v12/${database#*:}/versioned"
done
