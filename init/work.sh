#!/bin/sh
# How root's work on the server begins, where root alone can change what leads to it. One at a time; nothing of it stays in /run; kubectl keeps no cache.
set -eu
umask 022
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/snap/bin:/var/lib/rancher/rke2/bin
refuse() {
    echo "$1" >&2
    exit 1
}
[ "$(id -u)" = 0 ] || refuse "this takes root"
owned /usr/local/lib || refuse "others than root can change what leads to $home: see ls -ld /usr /usr/local /usr/local/lib"
exec 9</usr/local/lib
flock -n 9 || refuse "somebody else is at this work on the server; wait for its end"
folder=$(mktemp -d /run/phase0-init.XXXXXX)
HOME=$folder
export HOME
trap 'rm -rf "$folder"' EXIT
trap 'exit 129' HUP INT TERM PIPE
