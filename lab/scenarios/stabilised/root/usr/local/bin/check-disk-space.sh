#!/bin/bash
# Warn when a real file system is fuller than DISK_WARN_PERCENT (bytes or inodes).
# DISK_DRILL=<marker> marks the warnings of a drill. Exit status: 0 quiet, 1 warned, 2 could not measure.
set -uo pipefail
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C
limit=${DISK_WARN_PERCENT:-70}
status=0
tell() { logger -p "user.$1" -t disk-monitor -- "${DISK_DRILL:+DRILL $DISK_DRILL }$2"; }
unable() {
    tell err "cannot measure: $1"
    echo "check-disk-space: $1" >&2
    exit 2
}
[[ $limit =~ ^[0-9]{1,2}$ ]] || unable "DISK_WARN_PERCENT is '$limit', not a percentage"
measured=$(df --local --output=pcent,ipcent,target -x tmpfs -x devtmpfs -x overlay -x squashfs -x efivarfs -x fuse 2> /dev/null |
    tail -n +2) || unable "df failed"
[ -n "$measured" ] || unable "df lists no file system"
while read -r bytes inodes mount; do
    bytes=${bytes%\%} inodes=${inodes%\%}
    # Some file systems have no inode table.
    [ "$inodes" != - ] || inodes=0
    [[ $bytes =~ ^[0-9]+$ && $inodes =~ ^[0-9]+$ ]] || unable "df says '$bytes' and '$inodes' for $mount"
    if [ "$bytes" -ge "$limit" ] || [ "$inodes" -ge "$limit" ]; then
        tell warning "$mount is at $bytes % of its bytes and $inodes % of its inodes (limit $limit %)" || exit 2
        status=1
    fi
done <<< "$measured"
exit "$status"
