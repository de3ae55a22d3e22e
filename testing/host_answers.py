"""Answers of a sound Debian 12 server to the facts of the host, as its commands print them, shortened."""

from testing import disk_answers as disk
from testing import infrastructure_answers as infrastructure
from testing import mcp_answers as mcp

ROTATION = """\
warning: logrotate in debug mode does nothing except printing debug messages!

reading config file /etc/logrotate.conf
including /etc/logrotate.d
reading config file rsyslog
reading config file wtmp
Reading state from file: /var/lib/logrotate/status
Handling 2 logs

rotating pattern: /var/log/syslog
/var/log/kern.log
 after 1 days (7 rotations)
empty log files are not rotated, log files >= 209715200 are rotated earlier, old logs are removed
considering log /var/log/syslog
  Now: 2026-11-23 16:40
  Last rotated at 2026-11-23 16:00
  log does not need rotating (log has already been rotated)
considering log /var/log/kern.log
  Now: 2026-11-23 16:40
  log does not need rotating (log has already been rotated)
not running postrotate script, since no logs were rotated

rotating pattern: /var/log/wtmp  monthly (1 rotations)
empty log files are rotated, only log files >= 1048576 bytes are rotated, old logs are removed
considering log /var/log/wtmp
  log does not need rotating (log has already been rotated)

=== forced
reading config file /etc/logrotate.conf
rotating pattern: /var/log/syslog
/var/log/kern.log
 forced from command line (7 rotations)
considering log /var/log/kern.log
  log needs rotating
rotating log /var/log/kern.log, log->rotateCount is 7
glob pattern '-[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]'
previous log /var/log/kern.log.1 does not exist
renaming /var/log/kern.log.2.gz to /var/log/kern.log.3.gz (rotatecount 7, logstart 1, i 2),
rotating pattern: /var/log/wtmp  forced from command line (1 rotations)
rotating log /var/log/wtmp, log->rotateCount is 1
renaming /var/log/wtmp.1 to /var/log/wtmp.2 (rotatecount 1, logstart 1, i 1),
"""
LOG_FILES = """\
1795450734
60000000 117192 512 1795450700 1795190000 /var/log/kern.log
50000000 97664 512 1795190000 1794585200 /var/log/kern.log.1
6000000 11720 512 1794585200 1795190001 /var/log/kern.log.2.gz
70000 144 512 1795450700 1795190000 /var/log/syslog
292296 8 512 1795450700 1795190000 /var/log/lastlog
"""
JOURNAL = """\
1795450734
used Archived and active journals take up 16.0M in the file system.
told Storage=persistent
told SystemMaxUse=400M
told MaxRetentionSec=14day
folder
held 2
started 1795440000
changed 1795430000
works 419430400
disk 20957446144
reach 1794800000
export 1794300000000000 1794799000
"""
CONTAINER_LOGS = """\
seen
told Size 20Mi
seen
flag files 3
container 8192 /var/log/pods/default_mcp-unified-6567986894-9q2kj_e0540661/mcp-unified
container 40960 /var/log/pods/twisterlab_postgres-0_d0b06712/postgres
"""
KERNEL_MESSAGES = """\
1795450734
line    3600 cni#: port #(veth#) entered blocking state
line      12 EXT#-fs (loop): mounted filesystem
"""
SYSLOG_MARKER = """\
daemon running
uid 104
groups 4
groups 4 104
may 0000000000000000
owner syslog
open same /var/log/syslog
open same /var/log/kern.log
log 104 4 640 syslog /var/log/kern.log
log 104 4 640 syslog /var/log/syslog
arrived 0.2 /var/log/syslog
"""
LOGROTATE_RUNS = "1795450734\n1795449600\n1795400000\nResult=success\nLoadState=loaded\n"
LOG_USAGE = """\
61440\t/var/log/pods
16789504\t/var/log/journal
17596416\t/var/log
root /var/log
device 1795
device 1795
deleted 1795 77 10 512 /var/log/kern.log.1 (deleted)
deleted 1795 77 10 512 /var/log/kern.log.1 (deleted)
deleted 44 77 10 512 /var/log/app.log (deleted)
"""
EVICTIONS = """\
1795450734
1795191234.957105 edgeserver k3s[246]: I1123 k3s is up
===
1795360000.5 edge k3s[246]: W1123 14:46:40.5 9 eviction_manager.go:339] eviction manager: attempting to reclaim ephemeral-storage
1795360001.5 edge k3s[246]: I1123 14:46:41.5 9 e.go:395] "Eviction manager: must evict pod(s) to reclaim" resourceName="inodes"
"""
UNITS = "running\n"
KINDS = [
    "Namespace",
    "ServiceAccount",
    "Role",
    "RoleBinding",
    "ClusterRole",
    "ClusterRoleBinding",
    "ConfigMap",
    "Secret",
    "Service",
    "Deployment",
]
HELD = " ".join(f"kind=2.{kind}" for kind in KINDS)
SNAPSHOT = "magic=524544495330303130 made=c21863046b tail=ffe30f8c84f7034367 crc=674303f7848c0fe3"
SUMMED = "sums=ok |"
WHOLE_DUMP = "head=PostgreSQLdatabaseclusterdump end=database end=cluster status=0"
BACKUPS = f"""\
now 1795450734
zone Europe/Paris
settings config.yaml
free 8139063296
file 1795449640 40971 redis {SNAPSHOT} | redis/redis_1.rdb
file 1795449620 369825 configs whole=1 {HELD} join=109 extra=config.yaml {SUMMED} configs/k8s-20261123_162000
file 1795449600 229894 postgres {WHOLE_DUMP} {SUMMED} postgres/postgres_1.sql.gz
file 1795360000 229800 postgres head=PostgreSQLdatabaseclusterdump end=cluster status=0 | postgres/postgres_0 b.sql.gz
"""
BACKUP_COPY = """\
now 1795450734
disk data sda
folder
disk copy sdb
file postgres 1795449600 same postgres/postgres_1.sql.gz
file redis 1795449640 alone redis/redis_1.rdb
file configs 1795449620 same configs/k8s-1
any 1795449640
"""
BACKUP_ACCESS = """\
way 755 root root dd /
in 700 root root dd /backups
in 600 root root ff /backups/dump
entries 2
"""
SCHEDULES = """\
now 1795450734
zone Europe/Paris
cron active
table 644 root whole /etc/crontab
| PATH=/usr/local/sbin:/usr/local/bin:/sbin:/bin:/usr/sbin:/usr/bin
| 25 6\t* * *\troot\ttest -x /usr/sbin/anacron || { cd / && run-parts --report /etc/cron.daily; }

table 644 root whole /etc/cron.d/twisterlab
| # Backups
| PATH=/usr/local/bin:/usr/bin:/bin
| 0 2 * * * root /usr/local/bin/backup-postgres.sh >> /var/log/backup.log 2>&1

table 755 root whole /etc/cron.daily/logrotate
| #!/bin/sh
| if [ -d /run/systemd/system ]; then exit 0; fi
| /usr/sbin/logrotate /etc/logrotate.conf

=== timers
Unit=logrotate.service
TimersCalendar={ OnCalendar=*-*-* *:00:00 ; next_elapse=Mon 2026-11-23 17:00:00 CET }
Id=logrotate.timer
ActiveState=active
=== services
Environment=
ExecStart={ path=/usr/sbin/logrotate ; argv[]=/usr/sbin/logrotate /etc/logrotate.conf ; ignore_errors=no ; pid=0 }
Id=logrotate.service
=== calendar
Normalized form: *-*-* *:00:00
    Next elapse: Mon 2026-11-23 18:00:00 CET
       (in UTC): Mon 2026-11-23 17:00:00 UTC
       From now: 20min left
       Iter. #2: Mon 2026-11-23 19:00:00 CET
       (in UTC): Mon 2026-11-23 18:00:00 UTC
       From now: 1h 20min left
=== commands
found /usr/local/bin/backup-postgres.sh /usr/local/bin/backup-postgres.sh
found date /usr/bin/date
found gzip /usr/bin/gzip
found kubectl /usr/local/bin/kubectl
found logrotate /usr/sbin/logrotate
found test /usr/bin/test
file /usr/local/bin/backup-postgres.sh
| #!/bin/bash
| set -euo pipefail
| kubectl exec -n twisterlab postgres-0 -- pg_dumpall -U postgres | gzip > "/var/backups/x.$(date +%F)"
"""
POSTGRES_RESTORE = (
    '{"dump":"postgres_20261123.sql.gz","sha256":"bb","image":"sha256:c0","bytes":646714,"tables":5,"rows":12072,'
    '"restored":12072,"finished":1,"unfinished":0,"inserts":0,"roles":"","unpacked":0,"status":0,"said":"","differing":"","seconds":2.5,'
    '"compared":1,"bases":4,"living":5,"alive":12072,"estimated":0,"sampled":212,"met":212,"missing":"","lost":"",'
    '"unsure":"","fewer":"","younger":""}'
)
REDIS_RESTORE = (
    '{"dump":"redis_20261123.rdb","sha256":"34","image":"sha256:c0","bytes":40971,"databases":2,"keys":1765,'
    '"restored":1765,"expired":25,"checked":0,"status":0,"said":"RDB looks OK!","differing":"","live":1765,'
    '"appendonly":0,"seconds":0.1,"bases":[[0,1725,1700,1700,1000,1000],[1,40,40,40,40,40]],"changes":0}'
)
CLUSTER_RESTORE = (
    '{"dump":"k8s-20261123","route":"manifests","engine":"kube-apiserver","bytes":365644,"kinds":22,"objects":224,'
    '"restored":224,"living":206,"gone":0,"names":"","differing":"","said":"","seconds":10.9}'
)
BACKUP_FAILURE = (
    '{"scripts":[{"script":"/usr/local/bin/backup-twisterlab-postgres.sh","status":1,"asked":1,"heard":"syslog","left":"",'
    '"lost":0,"said":"the dump has no end"}],"missing":"","seconds":0.6}'
)
DISK_ALERT = '{"script":"found","seconds":0.2,"where":"journal","marker":"phase0-1795451242-6800"}'
BOOTS = """\
1795460854
a78b318f-a6a3-47d5-89d9-75dec53dc019
 -1 65d1ec60431340a8890ec3bd208afae2 Mon 2026-11-23 18:47:44 UTC—Mon 2026-11-23 18:48:01 UTC
  0 a78b318fa6a347d589d975dec53dc019 Mon 2026-11-23 19:06:42 UTC—Mon 2026-11-23 19:07:34 UTC
"""
STARTS = """\
now 1795460854 -
reach 1795453812.371071 -
active k3s.service Mon 2026-11-23 19:06:57 UTC
started 1795459668.710526 k3s.service
started 1795460817.654561 k3s.service
active redis-server.service Mon 2026-11-23 18:00:00 UTC
"""
CONFIGURATION = f"""\
1795460854
1795453812.3710710000 644 0:0 /etc/crontab
1795450000.0000000000 755 0:0 /etc/cron.d/a name with spaces
{"a" * 64}  /etc/crontab
{"b" * 64}  /etc/cron.d/a name with spaces
"""

SOUND = (
    {
        "rotation": ROTATION,
        "log_files": LOG_FILES,
        "logrotate_runs": LOGROTATE_RUNS,
        "log_usage": LOG_USAGE,
        "evictions": EVICTIONS,
        "units": UNITS,
        "backups": BACKUPS,
        "backup_access": BACKUP_ACCESS,
        "backup_copy": BACKUP_COPY,
        "schedules": SCHEDULES,
        "postgres_restore": POSTGRES_RESTORE,
        "redis_restore": REDIS_RESTORE,
        "cluster_restore": CLUSTER_RESTORE,
        "backup_failure": BACKUP_FAILURE,
        "disk_alert": DISK_ALERT,
        "boots": BOOTS,
        "starts": STARTS,
        "configuration": CONFIGURATION,
        "journal": JOURNAL,
        "container_logs": CONTAINER_LOGS,
        "kernel_messages": KERNEL_MESSAGES,
        "syslog_marker": SYSLOG_MARKER,
    }
    | infrastructure.SOUND
    | disk.SOUND
    | mcp.SOUND
)
