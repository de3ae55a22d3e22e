#!/bin/bash
# What the backups of TwisterLab share. Read in by each of them, after it has set `kind`.
# A backup gets its name once it is whole. Older ones go by count of the days that have a valid one, never by age.
# shellcheck disable=SC2034 # each script reads its own settings
umask 077
export PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
export KUBECONFIG=${KUBECONFIG:-/etc/rancher/k3s/k3s.yaml}

directory=/var/backups/twisterlab
days=8
postgres_files='postgres/postgres_*.sql.gz' postgres_namespace=twisterlab postgres_pod=postgres-0 postgres_container=postgres
redis_files='redis/redis_*.rdb' redis_namespace=twisterlab redis_selector=app=redis redis_container=redis
configs_files='configs/k8s-*'
# For /etc/twisterlab/backup.conf, beside the target's values. Who is not whom the images name, and where a password is that
# the pods do not know: a file of root's with one line.
postgres_user='' postgres_password_file='' redis_user='' redis_password_file=''
# A second copy of each backup: a folder (of another disk, or mounted from elsewhere) or HOST:FOLDER, reached by ssh without a
# password; nothing is ever removed there. Sealed for recipients of age (age1…, ssh-…, or a file of them, by its path) or of
# gpg (gpg:KEY), one a word. `copied` is a file that is touched after each copy: [backups] offhost, where copies are sealed.
copy_to='' encrypt_to='' copied=''
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

through_k3s() { # kubectl, within $limit seconds: the host's own, or K3s', which may be the only one
    local tool=(kubectl)
    type -P kubectl > /dev/null || tool=(k3s kubectl)
    type -P "${tool[0]}" > /dev/null || fail "there is neither kubectl nor k3s"
    timeout "${limit:-600}" "${tool[@]}" "$@"
}
secret() { # FILE: its first line, by builtins alone, as a command line is for everybody to read; nothing for no file
    local line=''
    [ -z "$1" ] || { IFS= read -r line < "$1" || [ -n "$line" ]; } || fail "no password can be read from $1"
    printf '%s\n' "$line"
}
begin() { # FILES, with a * for the moment: lock, tidy up, and see that there is room; then $partial may be written
    pattern=$directory/$1 folder=$directory/$1
    folder=${folder%/*}
    [ ! -L "$directory" ] && [ ! -L "$folder" ] || fail "$folder is reached by a link"
    install -d -m 0700 "$directory" "$folder"
    [ "$EUID" != 0 ] || chown -h root:root "$directory" "$folder"
    [ ! -L "$folder/.lock" ] || rm -f -- "$folder/.lock"
    exec 9> "$folder/.lock"
    flock -n 9 || fail "another run is under way"
    rm -rf -- "$folder"/*.partial "$folder"/.copy.*
    rotate
    room
    final=${pattern/\*/$(date +%Y%m%d_%H%M%S)}
    partial=$final.partial
}
ours() { # every backup of this kind: its day and its path, newest first
    find "$folder" -maxdepth 1 -name "${pattern##*/}" ! -name '*.partial' ! -name '*.sha256' -printf '%T+ %TY-%Tm-%Td %p\n' |
        sort -r | cut -d' ' -f2-
}
whole() { # FILE: what was kept is as it was made, or, where nobody wrote down how that was, can be read to its end
    local at=${1%/*} name=${1##*/}
    if [ -d "$1" ]; then
        [ -s "$1/SHA256SUMS" ] && (cd "$1" && sha256sum --status -c SHA256SUMS)
    elif [ -s "$1.sha256" ]; then
        (cd "$at" && sha256sum --status -c "$name.sha256")
    else
        case $kind in
            postgres) zcat -- "$1" | tail -n 12 | grep -c '^-- PostgreSQL database .*dump complete$' > /dev/null ;;
            redis) [ "$(head -c 5 -- "$1")" = REDIS ] && [ "$(tail -c 9 -- "$1" | head -c 1 | od -An -tx1 | tr -d ' ')" = ff ] ;;
            *) zcat -f -- "$1" | grep -c '^ *"\{0,1\}kind"\{0,1\}: "\{0,1\}List' > /dev/null ;;
        esac
    fi 2> /dev/null
}
valid() { # FILE: found whole once, and not changed since: `.valid` has its size and times, so that it is read but once
    local is
    is=$(stat -c '%s %Y %i' -- "$1") || return 1
    grep -qxF -- "$is ${1##*/}" "$folder/.valid" 2> /dev/null && return
    whole "$1" || return 1
    printf '%s %s\n' "$is" "${1##*/}" >> "$folder/.valid"
}
rotate() { # keep the newest $days days that have a valid one; without so many, whatever there is
    local day path seen='' count=0
    local all
    all=$(ours)
    [ "$(cut -d' ' -f1 <<< "$all" | sort -u | wc -l)" -gt "$days" ] || return 0
    while read -r day path; do
        if [ "$count" -ge "$days" ] && [ "$day" != "$seen" ]; then
            rm -rf -- "$path" "$path.sha256"
        elif [ "$day" != "$seen" ] && valid "$path"; then
            seen=$day count=$((count + 1))
        fi
    done <<< "$all"
}
room() { # three times the newest, or 16 MB
    local newest needed free
    newest=$(ours | head -n 1 | cut -d' ' -f2-)
    needed=$([ -z "$newest" ] || du -sk -- "$newest" | awk '{ print $1 * 3 }')
    needed=$((${needed:-0} > 16384 ? needed : 16384))
    free=$(df -Pk -- "$folder" | awk 'NR == 2 { print $4 }')
    [ "$free" -ge "$needed" ] || fail "no room: $free kB are free, $needed kB are needed"
}
complete() { # what is in $partial is whole: give it its name, then copy it
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
    [ -z "$copy_to" ] || copy || fail "the copy to $copy_to failed; the backup itself is whole: $final"
}
seal() { # from stdin to stdout
    local word words=() tool=()
    read -ra words <<< "$encrypt_to"
    for word in "${words[@]}"; do
        case $word in
            gpg:*) tool=(gpg --batch --yes --quiet --trust-model always --encrypt "${tool[@]:7}" --recipient "${word#gpg:}") ;;
            /*) tool=(age "${tool[@]:1}" -R "$word") ;;
            *) tool=(age "${tool[@]:1}" -r "$word") ;;
        esac
    done
    type -P "${tool[0]}" > /dev/null || fail "${tool[0]} is not installed: nothing is copied unsealed"
    "${tool[@]}"
}
copy() { # of $final, under the same name below $copy_to; sealed it is one file, whose name ends in .age or .gpg
    local name=${final#"$directory"/} whole=$final folder=${final%/*} far=.age sum there
    if [ -n "$encrypt_to" ]; then
        case $encrypt_to in gpg:*) far=.gpg ;; esac
        whole=$folder/.copy.$$
        if [ -d "$final" ]; then
            name=$name.tar$far
            tar -C "$folder" -c "${final##*/}" | seal > "$whole" || return
        else
            name=$name$far
            seal < "$final" > "$whole" || return
        fi
        [ -s "$whole" ] || return
    fi
    sum=$(packed "$whole" | sha256sum) || return
    case $copy_to in
        /*) # a folder that is not there may be a disk that is not mounted
            [ -d "$copy_to" ] && there=$(packed "$whole" | bash -c "$(declare -f put packed); put \"\$1\"" bash "$copy_to/$name") ;;
        *:*)
            # shellcheck disable=SC2029 # the path is this side's
            there=$(packed "$whole" | ssh -o BatchMode=yes "${copy_to%%:*}" "$(declare -f put packed); put $(printf %q "${copy_to#*:}/$name")") ;;
        *) fail "copy_to='$copy_to' is neither a folder nor HOST:FOLDER" ;;
    esac || return
    [ "$sum" = "$there" ] || return
    [ "$whole" = "$final" ] || rm -f -- "$whole"
    [ -z "$copied" ] || { mkdir -p -- "${copied%/*}" && touch -- "$copied"; }
    report info "copied to $copy_to/$name"
}
packed() { # FILE or FOLDER: as a stream, the same for the same content and times
    tar --sort=name --owner=0 --group=0 --mode=go= -C "${1%/*}" -c --transform 's,^[^/]*,backup,' "${1##*/}"
}
put() { # FILE: what `packed` gives, at that path, whole or not at all; then its digest as it lies there
    set -e
    umask 077
    mkdir -p "${1%/*}"
    rm -rf "$1.partial"
    mkdir "$1.partial"
    tar -C "$1.partial" -x --no-same-owner
    sync
    rm -rf "$1"
    mv -T "$1.partial/backup" "$1"
    rmdir "$1.partial"
    packed "$1" | sha256sum
}
