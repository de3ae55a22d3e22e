#!/bin/bash
# backups.sh: as stabilised; then eight days of backups (copies of a real one, re-dated: invented history).
set -euo pipefail
kubectl -n twisterlab wait --for=condition=Ready pods --all --timeout=60s > /dev/null
redis=$(kubectl -n twisterlab get pods -l app=redis -o name | head -1)
for number in $(seq 25); do echo "SET token:$number value EX 86400"; done |
    kubectl -n twisterlab exec -i "$redis" -- redis-cli -e > /dev/null
cd /var/backups/twisterlab
rm -rf postgres/postgres_* redis/redis_* configs/k8s-*
for kind in postgres redis configs; do
    "/usr/local/bin/backup-twisterlab-$kind.sh" >> /var/log/twisterlab-backup.log 2>&1 &
done
wait

dated() { # FILE SECONDS: the date inside a snapshot of Redis; without a checksum, as Redis itself may write it
    perl -0777 -pi -e 'BEGIN { $when = pack "V", pop } s/ctime\xc2.{4}/ctime\xc2$when/s; substr($_, -8) = "\0" x 8' "$1" "$2"
}
keyed() { # FILE NUMBER: the word that pg_dump makes anew for each dump
    local key
    key=$(zcat "$1" | sed -n 's/^\\restrict //p' | sed -n 1p)
    [ -z "$key" ] || { zcat "$1" | sed "s/$key/$(printf %08d "$2")${key:8}/" | gzip > "$1.new" && cat "$1.new" > "$1" && rm "$1.new"; }
}
copy() { # FROM DAYS TIME FORMAT
    local when stamp to
    when=$(date -d "$2 days ago $3" +%s)
    stamp=$(date -d "@$when" +%Y%m%d_%H%M%S)
    # shellcheck disable=SC2059 # the format is ours
    to=$(printf "$4" "$stamp")
    cp -a "$1" "$to"
    case $to in *.rdb) dated "$to" "$when" ;; *.sql.gz) keyed "$to" "$2" ;; esac
    [ ! -f "$to" ] || (cd "${to%/*}" && sha256sum "${to##*/}" > "${to##*/}.sha256" && touch -d "@$when" "${to##*/}.sha256")
    find "$to" -exec touch -h -d "@$when" {} +
}
postgres=$(ls -d postgres/postgres_*.sql.gz) redis=$(ls -d redis/redis_*.rdb) configs=$(ls -d configs/k8s-*)
for days in $(seq 8); do
    copy "$postgres" "$days" 02:00 'postgres/postgres_%s.sql.gz'
    copy "$redis" "$days" 02:15 'redis/redis_%s.rdb'
    copy "$configs" "$days" 02:30 'configs/k8s-%s'
done
/usr/local/bin/copy-twisterlab-backups.sh
