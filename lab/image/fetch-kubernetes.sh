#!/bin/sh
# fetch-kubernetes.sh WORK SOURCES PATCHES OUT: download, unpack and patch Debian's source package of Kubernetes.
set -eu
work=$1 sources=$2 patches=$3 out=$4
rm -rf "$out" "$out.partial"
mkdir -p "$work/lists/partial"
cd "$work"
# A private apt configuration: the machine's own stays as it is.
private="-o Dir::Etc::sourcelist=$sources -o Dir::Etc::sourceparts=/dev/null -o Dir::State::lists=$work/lists"
# shellcheck disable=SC2086 # several words on purpose
apt-get $private -qq update
# shellcheck disable=SC2086
apt-get $private -qq source --download-only kubernetes
dpkg-source --no-check -x kubernetes_*.dsc "$out.partial" > /dev/null
for change in "$patches"/*.patch; do
    patch --quiet --strip=1 --directory="$out.partial" < "$change"
done
mv "$out.partial" "$out"
