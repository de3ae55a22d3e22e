#!/bin/bash
# Redis of namespace twisterlab: a snapshot made now, copied and compared.
set -euo pipefail
export KIND=redis
# shellcheck source-path=SCRIPTDIR source=../lib/twisterlab/backup.sh
. /usr/local/lib/twisterlab/backup.sh

pod=$(kubectl -n twisterlab get pods -l app=redis -o \
    jsonpath='{range .items[*]}{.metadata.name}{" "}{.metadata.deletionTimestamp}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
    awk '$NF == "True" && NF == 2 {print $1; exit}')
[ -n "$pod" ] || fail "no Redis pod is ready"
inside() { kubectl -n twisterlab exec "$pod" -- "$@"; }

# Without -e redis-cli prints NOAUTH and exits 0; LASTSAVE tells a fresh dump from an old one.
before=$(inside redis-cli -e LASTSAVE)
sleep 1
inside redis-cli -e BGSAVE > /dev/null
for _ in $(seq 120); do
    after=$(inside redis-cli -e LASTSAVE)
    [ "$after" -le "$before" ] || break
    sleep 0.5
done
[ "$after" -gt "$before" ] || fail "BGSAVE did not finish within a minute"
inside redis-cli -e INFO persistence | grep -q '^rdb_last_bgsave_status:ok' || fail "BGSAVE failed"

file=$folder/redis_$(date +%Y%m%d_%H%M%S).rdb
partial=$file.partial
inside cat /data/dump.rdb > "$partial"
expected=$(inside sha256sum /data/dump.rdb | cut -d' ' -f1)
[ "$(sha256sum < "$partial" | cut -d' ' -f1)" = "$expected" ] || fail "the copy differs from the pod's file"
mv "$partial" "$file"
(cd "$folder" && sha256sum "${file##*/}" > "${file##*/}.sha256")
keep_newest 'redis_*.rdb'
report info "backup complete: ${file##*/}, $(stat -c %s "$file") bytes"
