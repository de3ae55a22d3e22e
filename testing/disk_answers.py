"""Answers of a sound server to the facts about disks and the disk check, shortened.

Those about Docker are taken from its documentation.
"""

DISK_CHECK = (
    '{"script":"found","threshold":70,"inodes":true,"blind":[],"mounts":["/","/var"],"repeats":false,'
    '"called":["https://hooks.example.org","http://127.0.0.1:8080","mailto:ops@example.org"],'
    '"pulse":["https://beat.example.org"],"own":["edge","10.0.0.5"]}'
)
STORAGE = """\
folder /
row ext4 11727458304 8139468800 19945 1290775 /dev/sda2 /
folder /var
row xfs 300000000 700000000 600000 400000 /dev/sdb1 /var
folder /var/log
row xfs 300000000 700000000 600000 400000 /dev/sdb1 /var
folder /var/lib/docker
row btrfs 100 900 0 0 /dev/sdc /var/lib/docker
silent nfs4 /var/backups/twisterlab
other ext4 11727458304 8139468800 19945 1290775 /dev/sda2 /
other ext4 900000 100000 5 95 /dev/sdd1 /srv/my data
other vfat 900000 100000 - - /dev/sda1 /boot/efi
other squashfs 100 0 10 0 /dev/loop3 /snap/core/1
other tmpfs 0 2527653888 7 409593 tmpfs /tmp
readonly /snap/core/1
"""
KUBELET_DISK = """\
1795450734
df 8119472128 20957446144
summary {"fs":{"time":"2026-11-23T16:18:44Z","availableBytes":8119000000,"capacityBytes":20957446144,"inodes":1310720}}
"""
DATASTORE = "sqlite 50000000 state.db\nsqlite 4000000 state.db-wal\nsqlite 32768 state.db-shm\n"
KUBELET = """\
started
file evictionHard: {imagefs.available: "5%", nodefs.available: "5%"}
file imageGCHighThresholdPercent: 80
k3s
"""
WASTE = """\
docker Images|1.5GB (40%)
docker Containers|20MB (10%)
docker Build Cache|12.3GB
image docker.io/lab/pause:1 sha256:1199 1.9MiB io.cri-containerd.image=managed
image sha256:fb32 sha256:1199 1.9MiB io.cri-containerd.image=managed
image docker.io/old:1 sha256:2b 100.0MiB io.cri-containerd.image=managed
used docker.io/lab/pause:1
named 1000000\t/var/lib/docker/buildkit/waste
"""
CHECK_SETTINGS = """\
file /usr/local/bin/check-disk-space.sh
| #!/bin/bash
| # THRESHOLD=10
| WARN=${DISK_WARN:-70} CRIT=85
| . /etc/twisterlab/disk-monitor.conf
| df / ; curl https://hooks.example.org/
file /etc/twisterlab/disk-monitor.conf
| WARN=65
"""
CRON_PAST = """\
now 1795450734
ran 1795449601.382988 root /usr/local/bin/check-disk-space.sh
ran 1795363201.1 root /usr/local/bin/backup-postgres.sh >> /var/log/backup.log 2>&1
there /usr/local/bin/backup-postgres.sh
there /usr/local/bin/check-disk-space.sh
"""
DISK_METRICS = """\
now 1795450734
file 1795450134 twisterlab_disk_used_percent /var/lib/prometheus/node-exporter/twisterlab_disk.prom
served
url twisterlab_disk_used_percent
"""
SMART = "disk 0 /dev/sda PASSED\ndisk 2 /dev/sdb \ndisk 8 /dev/nvme0 FAILED!\n"

SOUND = {
    "disk_check": DISK_CHECK,
    "storage": STORAGE,
    "datastore": DATASTORE,
    "kubelet": KUBELET,
    "waste": WASTE,
    "kubelet_disk": KUBELET_DISK,
    "check_settings": CHECK_SETTINGS,
    "cron_past": CRON_PAST,
    "disk_metrics": DISK_METRICS,
    "smart": SMART,
}
