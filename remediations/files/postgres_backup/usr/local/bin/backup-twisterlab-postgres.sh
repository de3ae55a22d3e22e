#!/bin/bash
# All databases of the PostgreSQL pod as one dump, checked to its last line.
set -euo pipefail
export kind=postgres
. /usr/local/lib/twisterlab/backup.sh
kubectl() { through_k3s "$@"; }

begin "$postgres_files"
# The image may name its superuser and its password, and a setting another; nobody is there to type one. A password comes by
# stdin, as a command line is for everybody to read.
# shellcheck disable=SC2016 # the pod's variables
as_superuser='IFS= read -r given || :
file=${POSTGRES_PASSWORD_FILE:-${POSTGRESQL_PASSWORD_FILE:-}}
[ -z "$file" ] || named=$(cat "$file")
export PGPASSWORD="${given:-${PGPASSWORD:-${POSTGRES_PASSWORD:-${POSTGRESQL_PASSWORD:-${named:-}}}}}"
exec pg_dumpall -w -U "${1:-${POSTGRES_USER:-${POSTGRESQL_USERNAME:-postgres}}}"'
given=$(secret "$postgres_password_file")
limit=3600 kubectl -n "$postgres_namespace" exec -i "$postgres_pod" -c "$postgres_container" -- sh -c "$as_superuser" sh "$postgres_user" <<< "$given" |
    gzip > "$partial" || fail "pg_dumpall in $postgres_namespace/$postgres_pod failed"
gzip -t "$partial"
# A dump that was cut is sound gzip too: only its last line tells.
zcat "$partial" | tail -n 12 | grep -c '^-- PostgreSQL database cluster dump complete$' > /dev/null || fail "the dump has no end"
complete
