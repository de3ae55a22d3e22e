#!/bin/bash
# settle.sh: run once on the new server: import the images, create the objects, fill the databases.
set -euo pipefail
systemctl is-system-running --wait > /dev/null
for archive in /var/lib/lab/images/*.tar; do
    k3s ctr images import "$archive" > /dev/null
done
install -D -m 0644 /var/lib/lab/images/mcp-unified.json /var/lib/twisterlab/builds/mcp-unified.json
# An archive kept for K3s is imported at every start: seconds per boot for the large ones.
rm -rf /var/lib/lab/images
for manifest in /var/lib/lab/manifests/*.yaml; do
    k3s kubectl apply -f "$manifest" > /dev/null
done
k3s kubectl -n twisterlab rollout status statefulset/postgres --timeout=180s > /dev/null
k3s kubectl -n twisterlab rollout status deployment/redis --timeout=180s > /dev/null
k3s kubectl -n twisterlab exec -i postgres-0 -- psql -qXU postgres -v ON_ERROR_STOP=1 < /var/lib/lab/seed.sql
redis=$(k3s kubectl -n twisterlab get pods -l app=redis -o name | head -1)
{
    for number in $(seq 1500); do echo "SET session:$number user-$((number % 97))"; done
    for number in $(seq 200); do echo "HSET agent:$number state idle runs $((number * 3))"; done
    echo "SELECT 1"
    for number in $(seq 40); do echo "SET flag:$number on"; done
} | k3s kubectl -n twisterlab exec -i "$redis" -- redis-cli -e > /dev/null
rm -rf /var/lib/lab/manifests /var/lib/lab/seed.sql
