# Shorten the journal to $days days. What it says of the kernel, evictions, the cluster's service and boots before that is
# exported beside this step first, in a form `journalctl --file` and systemd-journal-remote understand.
set -eu
until=$(date -d "$days days ago" '+%F %T')
journalctl -q --no-pager -o export --until "$until" -t kernel + -u k3s + -u k3s-agent + -u kubelet | gzip >evidence.export.gz.partial
gzip -t evidence.export.gz.partial
journalctl --list-boots --no-pager >boots
sync evidence.export.gz.partial boots
mv evidence.export.gz.partial evidence.export.gz
journalctl --vacuum-time="${days}d" 2>&1 | tail -n 1
echo "$PWD/evidence.export.gz has what it said before" >lasting
echo "what it said before is in $PWD/evidence.export.gz"
