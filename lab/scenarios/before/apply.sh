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
day=$(date -d yesterday '+%b %e')
for second in $(seq 0 59); do
    for line in $(seq 60); do
        echo "$day 23:$((second % 60)):$((line % 60)) edgeserver kernel: [$((second * 60 + line)).000000] cni0: port $((line % 5))(veth$line) entered blocking state"
    done
done >> /var/log/kern.log
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
