#!/bin/bash
# rest.sh: before a snapshot, stop Kubernetes and forget its containers: at the next boot the kubelet
# starts every pod at once instead of tidying up after the old ones first (about 15 s).
set -euo pipefail
systemctl stop k3s.service k3s-pods.service
containerd --config /var/lib/rancher/k3s/agent/etc/containerd.toml --log-level fatal &
until k3s ctr version > /dev/null 2>&1; do sleep 0.1; done
for container in $(k3s ctr containers ls -q); do
    k3s ctr tasks rm --force "$container" > /dev/null 2>&1 || true
    k3s ctr containers rm "$container"
done
kill %1
wait
rm -rf /var/lib/cni/networks /var/log/pods/* /var/log/containers/*
sync
