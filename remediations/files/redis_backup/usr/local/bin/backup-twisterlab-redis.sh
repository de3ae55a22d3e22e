#!/bin/bash
# Redis: a snapshot made now, beside the running server, copied and compared.
set -euo pipefail
export kind=redis
. /usr/local/lib/twisterlab/backup.sh
kubectl() { through_k3s "$@"; }

begin "$redis_files"
pod=$(kubectl -n "$redis_namespace" get pods -l "$redis_selector" -o \
    jsonpath='{range .items[*]}{.metadata.name}{" "}{.metadata.deletionTimestamp}{" "}{.status.conditions[?(@.type=="Ready")].status}{"\n"}{end}' |
    awk '$NF == "True" && NF == 2 { print $1; exit }')
[ -n "$pod" ] || fail "no Redis pod is ready ($redis_selector in $redis_namespace)"
inside() { kubectl -n "$redis_namespace" exec -i "$pod" -c "$redis_container" -- "$@"; }
given=$(secret "$redis_password_file")
redis() { # a refusal (NOAUTH, MISCONF) has exit status 0: what was answered counts. A password comes by stdin
    # shellcheck disable=SC2016 # the pod's variables
    inside sh -c 'IFS= read -r given || :
file=${REDIS_PASSWORD_FILE:-}
[ -z "$file" ] || named=$(cat "$file")
auth=${given:-${REDISCLI_AUTH:-${REDIS_PASSWORD:-${named:-}}}}
[ -z "$auth" ] || export REDISCLI_AUTH="$auth"
user=$1
shift
exec redis-cli ${user:+--user "$user"} "$@"' sh "$redis_user" "$@" 2>&1 <<< "$given"
}
last_save() {
    local said
    said=$(redis LASTSAVE) || fail "redis-cli does not answer: $said"
    said=${said#'(integer) '}
    [[ $said =~ ^[0-9]+$ ]] || fail "LASTSAVE is refused: $said"
    echo "$said"
}
field() { redis INFO "$1" | tr -d '\r' | sed -n "s/^$2://p"; }

used=$(field memory used_memory) || used=
free=$(awk '$1 == "MemAvailable:" { printf "%.0f", $2 * 1024 }' /proc/meminfo)
[[ $used =~ ^[0-9]+$ ]] || fail "Redis does not tell how large it is: $(redis PING || true)"
[ "$free" -gt "$used" ] || fail "no memory to fork: Redis has $used bytes, $free are available"

before=$(last_save)
[ "$(date +%s)" -gt "$before" ] || sleep 1
said=$(redis BGSAVE)
case $said in *"saving started"* | *"saving scheduled"* | *"already in progress"*) ;; *) fail "BGSAVE is refused: $said" ;; esac
for _ in $(seq 1200); do
    after=$(last_save)
    [ "$after" -le "$before" ] || break
    sleep 0.5
done
[ "$after" -gt "$before" ] || fail "BGSAVE did not end within ten minutes"
[ "$(field persistence rdb_last_bgsave_status)" = ok ] || fail "BGSAVE failed; see the log of $redis_namespace/$pod"

path=$(redis CONFIG GET dir | tr -d '\r' | sed -n '2s/.*"\(.*\)"$/\1/; 2p')/$(redis CONFIG GET dbfilename | tr -d '\r' | sed -n '2s/.*"\(.*\)"$/\1/; 2p')
case $path in /*/*) ;; *) path=/data/dump.rdb ;; esac
for _ in 1 2 3; do # the server may save again meanwhile
    inside cat "$path" < /dev/null > "$partial"
    expected=$(inside sha256sum "$path" < /dev/null | cut -d' ' -f1)
    [ "$(sha256sum < "$partial" | cut -d' ' -f1)" != "$expected" ] || break
    expected=
done
[ -n "$expected" ] || fail "the copy differs from $path in the pod"
[ "$(head -c 5 "$partial")" = REDIS ] || fail "$path is no snapshot of Redis"
complete
