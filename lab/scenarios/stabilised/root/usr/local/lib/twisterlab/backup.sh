# backup.sh: what the three backup scripts share; sourced by them, which set KIND first.
# shellcheck shell=bash

umask 077
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export KUBECONFIG=/etc/rancher/k3s/k3s.yaml
root=/var/backups/twisterlab
folder=$root/${KIND:?}
keep=${BACKUP_KEEP:-8}
partial=

report() { # PRIORITY TEXT
    echo "$(date -Is) $KIND: $2" >&2
    logger -p "user.$1" -t twisterlab-backup -- "$KIND: $2" || true
}
# shellcheck disable=SC2317 # called by the trap
finish() {
    status=$?
    [ -z "$partial" ] || rm -rf -- "$partial"
    [ "$status" = 0 ] || report err "backup FAILED with status $status; older backups are untouched"
}
trap finish EXIT
fail() {
    report err "$1"
    exit 1
}
install -d -m 0700 -o root -g root "$root" "$folder"
exec 9> "$folder/.lock"
flock -n 9 || fail "another backup is running"

# keep_newest PATTERN: remove all but the newest, only ever after a success.
keep_newest() {
    find "$folder" -maxdepth 1 -name "$1" ! -name '*.partial' -printf '%T@ %p\n' | sort -rn |
        tail -n "+$((keep + 1))" | cut -d' ' -f2- | while IFS= read -r old; do rm -rf -- "$old" "$old.sha256"; done
}
