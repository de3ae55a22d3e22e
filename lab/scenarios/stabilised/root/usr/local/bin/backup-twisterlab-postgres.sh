#!/bin/bash
# All PostgreSQL databases of twisterlab/postgres-0 as one checked dump.
set -euo pipefail
export KIND=postgres
# shellcheck source-path=SCRIPTDIR source=../lib/twisterlab/backup.sh
. /usr/local/lib/twisterlab/backup.sh

file=$folder/postgres_$(date +%Y%m%d_%H%M%S).sql.gz
partial=$file.partial
kubectl -n twisterlab exec postgres-0 -c postgres -- pg_dumpall -U postgres | gzip > "$partial"
gzip -t "$partial"
# A dump that was cut is sound gzip too: only the trailer tells.
zcat "$partial" | tail -n 5 | grep -q '^-- PostgreSQL database cluster dump complete' || fail "the dump has no end"
mv "$partial" "$file"
(cd "$folder" && sha256sum "${file##*/}" > "${file##*/}.sha256")
keep_newest 'postgres_*.sql.gz'
report info "backup complete: ${file##*/}, $(stat -c %s "$file") bytes"
