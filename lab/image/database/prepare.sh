#!/bin/sh
# prepare.sh ROOT: the image of both databases: no cluster of its own, data only in the mounted volume.
set -eu
root=$1 here=$(dirname "$0")
chroot "$root" pg_dropcluster 15 main
install -m 0755 "$here/start-postgres" "$here/start-redis" "$root/usr/local/bin/"
rm -rf "$root"/var/cache/apt "$root"/var/lib/apt/lists
