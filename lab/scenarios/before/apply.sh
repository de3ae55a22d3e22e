#!/bin/bash
# apply.sh: the server of 4 February: services down, disk at 85 %, a huge kern.log, stale pods, no backups.
set -euo pipefail
for namespace in default twisterlab-dev; do
    kubectl -n "$namespace" scale deployment/mcp-unified --replicas=0 > /dev/null
done
# `latest` without a policy means Always: no registry has it, so the pod cannot start.
kubectl -n twisterlab patch deployment mcp-unified --type=json -p '[
  {"op": "replace", "path": "/spec/template/spec/containers/0/image", "value": "twisterlab/mcp-unified:latest"},
  {"op": "remove", "path": "/spec/template/spec/containers/0/imagePullPolicy"}]' > /dev/null

# 2.7 GB of kernel messages: real text at the beginning, the rest allocated without being written.
systemctl stop rsyslog.service syslog.socket
day=$(date -d yesterday +%F)
seq 3600 | awk -v day="$day" '{
    printf "%sT23:%02d:%02d.000000+00:00 edgeserver kernel: [%5d.000000] cni0: port %d(veth%x) entered blocking state\n",
        day, $1 / 60, $1 % 60, $1, $1 % 5, 41 * $1
}' >> /var/log/kern.log
chown root:adm /var/log/kern.log
chmod 0640 /var/log/kern.log
fallocate -l 2700MiB /var/log/kern.log
systemctl start syslog.socket rsyslog.service

# What image builds left behind fills the disk to 85 % as df prints it.
read -r used available <<< "$(df -B1 --output=used,avail / | tail -1)"
install -d /var/lib/docker/buildkit/waste /opt/twisterlab/models
fallocate -l $(((used + available) * 49 / 100 - used)) /opt/twisterlab/models/library.bin
read -r used available <<< "$(df -B1 --output=used,avail / | tail -1)"
size=$((((used + available) * 845 / 1000 - used) / 8))
for layer in $(seq 8); do fallocate -l "$size" "/var/lib/docker/buildkit/waste/layer-$layer.tar"; done
