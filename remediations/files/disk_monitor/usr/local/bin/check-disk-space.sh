#!/bin/bash
# check-disk-space.sh: tells when a filesystem of this server fills up, by bytes or by inodes: once when it reaches a level,
# again every day it stays there, and when it is over. Settings: /etc/twisterlab/disk-monitor.conf.
# Exit status: 0 measured, 2 could not measure.
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
umask 022
WARN=65 CRIT=70      # per cent; the plan wants to stay below 70
AGAIN=86400          # seconds after which a warning that still holds is repeated
WEBHOOK='' HEARTBEAT=''
TEXTFILE=/var/lib/prometheus/node-exporter
state=/var/lib/twisterlab/disk-monitor
# shellcheck source=/dev/null
[ ! -r /etc/twisterlab/disk-monitor.conf ] || . /etc/twisterlab/disk-monitor.conf

log() { logger -p "user.$1" -t disk-monitor -- "$2"; }
unable() {
    log err "cannot measure: $1"
    echo "check-disk-space: $1" >&2
    exit 2
}
tell() { # PRIORITY TEXT: to the log, and to the webhook as {"text": …}; a status other than 0 is tried again at the next run
    log "$1" "$2" || return
    [ -n "$WEBHOOK" ] || return 0
    local text=${2//\\/\\\\}
    curl -fsS --max-time 10 -o /dev/null -H 'Content-Type: application/json' \
        --data-binary "{\"text\": \"$(hostname): ${text//\"/\\\"}\"}" "$WEBHOOK" && return
    log err "the webhook did not take the message"
    return 1
}
level() { # PERCENT FORMER: 0, 1 or 2; it falls only two points below its limit, so that it does not flutter
    local percent=$1 former=$2
    if [ "$percent" -ge $((CRIT - (former == 2 ? 2 : 0))) ]; then echo 2
    elif [ "$percent" -ge $((WARN - (former > 0 ? 2 : 0))) ]; then echo 1
    else echo 0; fi
}
weigh() { # BYTES INODES MOUNT: tells what changed, and prints its line of the new state
    local most=$1 former=0 since=0 now line
    [ "$2" -le "$1" ] || most=$2
    line=$(awk -F '\t' -v mount="$3" '$3 == mount { print $1, $2 }' "$state/levels" 2> /dev/null)
    [[ ! $line =~ ^([0-2])\ ([0-9]+)$ ]] || former=${BASH_REMATCH[1]} since=${BASH_REMATCH[2]}
    now=$(level "$most" "$former")
    local text="$3 is at $1 % of its bytes and $2 % of its inodes (limits $WARN and $CRIT %)" clock
    clock=$(date +%s)
    if [ "$now" = 0 ] && [ "$former" = 0 ]; then since=0
    elif [ "$now" = 0 ]; then
        if tell notice "over: $text"; then since=0; else now=$former; fi
    elif [ "$now" -gt "$former" ] || [ $((clock - since)) -ge "$AGAIN" ]; then
        if tell "$([ "$now" = 2 ] && echo crit || echo warning)" "$text"; then since=$clock; else now=$former; fi
    fi
    printf '%s\t%s\t%s\n' "$now" "$since" "$3"
}
metric() { # NAME HELP: the column of stdin's "VALUE<tab>MOUNT" lines
    printf '# HELP %s %s\n# TYPE %s gauge\n' "$1" "$2" "$1"
    sed -E 's/[\\"]/\\&/g' | awk -F '\t' -v name="$1" '{ printf "%s{mountpoint=\"%s\"} %s\n", name, $2, $1 }'
}

for limit in "$WARN" "$CRIT"; do
    [[ $limit =~ ^[1-9][0-9]?$ ]] || unable "the limits are '$WARN' and '$CRIT', not percentages"
done
mkdir -p "$state" || unable "$state cannot be made"
exec 9> "$state/lock"
flock -n 9 || exit 0
measured=$(timeout 30 df --local --output=pcent,ipcent,target -x tmpfs -x devtmpfs -x overlay -x squashfs -x efivarfs \
    -x iso9660 2> /dev/null | tail -n +2)
rows=''
while read -r bytes inodes mount; do
    bytes=${bytes%\%} inodes=${inodes%\%}
    [ "$inodes" != - ] || inodes=0 # no inode table
    [[ $bytes =~ ^[0-9]+$ && $inodes =~ ^[0-9]+$ ]] || unable "df says '$bytes' and '$inodes' for '$mount'"
    rows+="$bytes"$'\t'"$inodes"$'\t'"$mount"$'\n'
done <<< "$measured"
[[ $'\n'$rows == *$'\t/\n'* ]] || unable "df says nothing about /"

while IFS=$'\t' read -r bytes inodes mount; do weigh "$bytes" "$inodes" "$mount"; done <<< "${rows%$'\n'}" > "$state/levels.new" &&
    mv "$state/levels.new" "$state/levels"
publish() { # the metric, whole or not at all
    # The folder may be the exporter's: a new file of a name nobody knows before, wherever links may lead.
    local new
    mkdir -p "$TEXTFILE" && new=$(mktemp "$TEXTFILE/.twisterlab_disk.XXXXXXXXXX") && chmod 0644 "$new" && {
        printf %s "$rows" | cut -f 1,3 | metric twisterlab_disk_used_percent "Bytes used, as df rounds them up."
        printf %s "$rows" | cut -f 2,3 | metric twisterlab_disk_inodes_used_percent "Inodes used, as df rounds them up."
        printf '# HELP twisterlab_disk_check_seconds When the disks were measured.\n# TYPE twisterlab_disk_check_seconds gauge\n'
        date '+twisterlab_disk_check_seconds %s'
    } > "$new" && mv -T "$new" "$TEXTFILE/twisterlab_disk.prom"
}
[ -z "$TEXTFILE" ] || publish || log err "the metric could not be written to $TEXTFILE"
[ -z "$HEARTBEAT" ] || curl -fsS --max-time 10 -o /dev/null "$HEARTBEAT" 2> /dev/null
exit 0
