#!/bin/bash
# zz-disk.sh: the disk at 85 %; last, as it fills what is left.
set -euo pipefail
# What image builds left behind fills the disk to 85 % as df prints it.
read -r used available <<< "$(df -B1 --output=used,avail / | tail -1)"
install -d /var/lib/docker/buildkit/waste /opt/twisterlab/models
fallocate -l $(((used + available) * 49 / 100 - used)) /opt/twisterlab/models/library.bin
read -r used available <<< "$(df -B1 --output=used,avail / | tail -1)"
size=$((((used + available) * 845 / 1000 - used) / 8))
for layer in $(seq 8); do fallocate -l "$size" "/var/lib/docker/buildkit/waste/layer-$layer.tar"; done
