#!/bin/bash
# What the backups of TwisterLab share. Read in by each of them, after it has set `kind`.
# A backup gets its name once it is whole. Older ones go by count, never by age: failures delete nothing.
# shellcheck disable=SC2034 # each script reads its own settings
umask 077
export PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export KUBECONFIG=${KUBECONFIG:-/etc/rancher/k3s/k3s.yaml}

directory=/var/backups/twisterlab
days=8
postgres_files='postgres/postgres_*.sql.gz' postgres_namespace=twisterlab postgres_pod=postgres-0 postgres_container=postgres
redis_files='redis/redis_*.rdb' redis_namespace=twisterlab redis_selector=app=redis redis_container=redis
configs_files='configs/k8s-*'
if [ -r /etc/twisterlab/backup.conf ]; then . /etc/twisterlab/backup.conf; fi

partial=
report() { # PRIORITY TEXT: to whoever reads the output, and to syslog
    printf '%s %s: %s\n' "$(date -Is)" "$kind" "$2" >&2
    logger -p "user.$1" -t twisterlab-backup -- "$kind: $2" || true
}
fail() {
    report err "$1"
    exit 1
}
finish() {
    local status=$?
    [ -z "$partial" ] || rm -rf -- "$partial"
    [ "$status" = 0 ] || report err "backup FAILED (status $status); older ones are untouched"
}
trap finish EXIT
trap 'exit 129' HUP
trap 'exit 130' INT
trap 'exit 143' TERM

begin() { # FILES, with a * for the moment: lock, tidy up, and see that there is room; then $partial may be written
    pattern=$directory/$1 folder=$directory/$1
    folder=${folder%/*}
    [ ! -L "$directory" ] && [ ! -L "$folder" ] || fail "$folder is reached by a link"
    install -d -m 0700 "$directory" "$folder"
    [ "$EUID" != 0 ] || chown -h root:root "$directory" "$folder"
    [ ! -L "$folder/.lock" ] || rm -f -- "$folder/.lock"
    exec 9> "$folder/.lock"
    flock -n 9 || fail "another run is under way"
    rm -rf -- "$folder"/*.partial
    rotate
    room
    final=${pattern/\*/$(date +%Y%m%d_%H%M%S)}
    partial=$final.partial
}
ours() { # every backup of this kind: its day and its path, newest first
    find "$folder" -maxdepth 1 -name "${pattern##*/}" ! -name '*.partial' ! -name '*.sha256' -printf '%T+ %TY-%Tm-%Td %p\n' |
        sort -r | cut -d' ' -f2-
}
rotate() { # keep those of the newest $days days that have one
    ours | awk -v keep="$days" '!seen[$1]++ { day++ } day > keep' | cut -d' ' -f2- |
        while IFS= read -r old; do rm -rf -- "$old" "$old.sha256"; done
}
room() { # three times the newest, or 16 MB
    local newest needed free
    newest=$(ours | head -n 1 | cut -d' ' -f2-)
    needed=$([ -z "$newest" ] || du -sk -- "$newest" | awk '{ print $1 * 3 }')
    needed=$((${needed:-0} > 16384 ? needed : 16384))
    free=$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$needed" ] || fail "no room: $free kB are free, $needed kB are needed"
}
complete() { # what is in $partial is whole: give it its name
    sync "$partial"
    if [ -d "$partial" ]; then
        (cd "$partial" && sha256sum -- * > SHA256SUMS)
    else
        printf '%s  %s\n' "$(sha256sum < "$partial" | cut -c1-64)" "${final##*/}" > "$final.sha256"
    fi
    mv -T -- "$partial" "$final"
    partial=
    rotate
    report info "backup complete: ${final##*/}, $(du -sb -- "$final" | cut -f1) bytes"
}
