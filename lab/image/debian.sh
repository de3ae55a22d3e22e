#!/bin/sh
# debian.sh OUT.tar MIRROR PACKAGES_FILE [HOOK]: a minimal Debian 12 with the packages listed there, as a tar file.
set -eu
out=$1 mirror=$2 packages=$(paste -sd, "$3") hook=${4:-}
set -- --quiet --format=tar --variant=minbase "--include=$packages" \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*'
[ -z "$hook" ] || set -- "$@" "--customize-hook=$hook \"\$1\""
mmdebstrap "$@" bookworm "$out.partial" "$mirror"
mv "$out.partial" "$out"
