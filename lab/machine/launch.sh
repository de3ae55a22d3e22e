#!/bin/bash
# launch.sh MACHINE ROOT NETWORK_HANDLE SECOND_DISK CGROUP_PROCS...: boot ROOT in this mount namespace until it powers off.
set -u
machine=$1 root=$2 wire=$3 second=$4
shift 4
for group in "$@"; do echo $$ > "$group" || exit 1; done
export SYSTEMD_NSPAWN_API_VFS_WRITABLE=yes SYSTEMD_SECCOMP=0
options=(--quiet --register=no --keep-unit "--machine=$machine" "--directory=$root"
    "--network-namespace-path=/proc/$$/fd/$wire" --capability=all --resolv-conf=off --timezone=off
    --link-journal=no --boot --console=pipe --bind=/dev/kmsg --bind=/dev/fuse "--bind=$second:/mnt/offhost")
# Version 2 shows the server its own part of the tree, which is all its containers need.
[ -e /sys/fs/cgroup/cgroup.controllers ] || options+=(--bind=/sys:/hostsys)
trap 'kill -TERM "$server" 2>/dev/null' TERM
status=133
# 133: the server asked for a reboot, and --keep-unit leaves that to us.
while [ "$status" = 133 ]; do
    systemd-nspawn "${options[@]}" &
    server=$!
    wait "$server"
    status=$?
    while kill -0 "$server" 2>/dev/null; do
        wait "$server"
        status=$?
    done
done
exit "$status"
