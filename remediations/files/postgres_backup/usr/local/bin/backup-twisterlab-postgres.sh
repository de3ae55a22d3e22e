#!/bin/bash
# All databases of the PostgreSQL pod as one dump, checked to its last line.
set -euo pipefail
export kind=postgres
. /usr/local/lib/twisterlab/backup.sh

begin "$postgres_files"
# The image may name its superuser and its password; nobody is there to type one.
# shellcheck disable=SC2016 # the pod's variables
as_superuser='export PGPASSWORD="${PGPASSWORD:-${POSTGRES_PASSWORD:-}}"; exec pg_dumpall -w -U "${POSTGRES_USER:-postgres}"'
timeout 3600 kubectl -n "$postgres_namespace" exec "$postgres_pod" -c "$postgres_container" -- sh -c "$as_superuser" |
    gzip > "$partial" || fail "pg_dumpall in $postgres_namespace/$postgres_pod failed"
gzip -t "$partial"
# A dump that was cut is sound gzip too: only its last line tells.
zcat "$partial" | tail -n 12 | grep -c '^-- PostgreSQL database cluster dump complete$' > /dev/null || fail "the dump has no end"
complete
