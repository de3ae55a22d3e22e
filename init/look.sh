#!/bin/sh
# What stands on a server that is to be audited: one row a line, its fields parted by tabs, "whole" at the end.
# It only reads, but for a folder of its own, in which kubectl keeps its cache. Of schedules and scripts it tells paths and what kind of work is in them, never a line: lines hold secrets.
export LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin:/usr/local/sbin:/usr/local/bin:/snap/bin:/var/lib/rancher/rke2/bin
user=${user:?} home=${home:?} here=''
place=/run
[ -w /run ] || place=/tmp
HOME=$(mktemp -d "$place/phase0-look.XXXXXX") && export HOME || exit 1
trap 'rm -rf "$HOME"' EXIT
trap 'exit 129' HUP INT TERM PIPE
row() {  # fields; a control character in one would make rows of its own
    first=$1
    shift
    printf %s "$first"
    for field; do printf '\t%s' "$(printf %s "$field" | tr '\000-\037\177' '?')"; done
    echo
}
has() { command -v "$1" >/dev/null 2>&1; }
named() { sed -n "s/^$1=//p" /etc/os-release 2>/dev/null | head -n 1 | tr -d "\"'"; }

row root "$(id -u)"
row system "$(named ID)" "$(named ID_LIKE)" "$(named PRETTY_NAME)" "$(uname -m)" "$(hostname 2>/dev/null || uname -n)"
[ ! -d /run/systemd/system ] || row systemd
for tool in sudo visudo useradd userdel ssh-keygen base64 flock setpriv timeout logrotate journalctl; do
    ! has "$tool" || row tool "$tool"
done
sshd=$(command -v sshd || echo /usr/sbin/sshd)
"$sshd" -T -C "user=$user,host=localhost,addr=127.0.0.1" 2>/dev/null |
    grep -iE '^(allowusers|allowgroups|denyusers|denygroups|pubkeyauthentication|authorizedkeysfile) ' |
    while read -r word rest; do row sshd "$word" "$rest"; done

# The cluster, and how root asks it.
cluster() {  # kind, port, and the words that ask it
    kind=$1 port=$2
    shift 2
    [ -z "$here" ] || return 0
    here=$kind
    version=$("$@" version 2>/dev/null | sed -nE 's/.*Server Version:.*[": ](v[0-9][^", ]*).*/\1/p' | head -n 1)
    row cluster "$kind" "$port" "$*" "$version"
    kubectl="$*"
}
kubectl=''
if has k3s; then cluster k3s 6443 k3s kubectl; fi
if [ -r /etc/rancher/rke2/rke2.yaml ] && has kubectl; then cluster rke2 6443 kubectl --kubeconfig /etc/rancher/rke2/rke2.yaml; fi
if has microk8s; then cluster microk8s 16443 microk8s kubectl; fi
if has k0s; then cluster k0s 6443 k0s kubectl; fi
if [ -r /etc/kubernetes/admin.conf ] && has kubectl; then cluster kubeadm 6443 kubectl --kubeconfig /etc/kubernetes/admin.conf; fi
if [ -z "$here" ] && { has docker || has podman; }; then row containers "$(has docker && echo docker || echo podman)"; fi

# shellcheck disable=SC2086 # the command and its options
ask() { timeout 20 $kubectl get "$@" 2>/dev/null; }
# shellcheck disable=SC2016 # templates
objects() {
    images='{{range .spec.containers}}{{.name}}={{.image}} {{end}}'
    ask nodes -o go-template='{{range .items}}node{{"\t"}}{{.metadata.name}}{{"\t"}}{{.status.nodeInfo.kubeletVersion}}{{"\t"}}{{range .status.addresses}}{{.address}} {{end}}{{"\n"}}{{end}}' ||
        row silent "$here"
    ask namespaces -o go-template='{{range .items}}namespace{{"\t"}}{{.metadata.name}}{{"\n"}}{{end}}'
    ask deployments,statefulsets --all-namespaces -o go-template='{{range .items}}workload{{"\t"}}{{.kind}}{{"\t"}}{{.metadata.namespace}}{{"\t"}}{{.metadata.name}}{{"\t"}}{{with .spec.template}}'"$images"'{{"\t"}}{{range .spec.containers}}{{with .readinessProbe}}{{with .httpGet}}{{.path}} {{end}}{{end}}{{end}}{{"\t"}}{{range .spec.containers}}{{range .ports}}{{with .hostPort}}{{.}} {{end}}{{end}}{{end}}{{end}}{{"\n"}}{{end}}'
    ask pods --all-namespaces -o go-template='{{range .items}}pod{{"\t"}}{{.metadata.namespace}}{{"\t"}}{{.metadata.name}}{{"\t"}}{{.status.phase}}{{"\t"}}'"$images"'{{"\t"}}{{range $key, $value := .metadata.labels}}{{$key}}={{$value}} {{end}}{{"\n"}}{{end}}'
    ask services --all-namespaces -o go-template='{{range .items}}service{{"\t"}}{{.metadata.namespace}}{{"\t"}}{{.metadata.name}}{{"\t"}}{{range .spec.ports}}{{.port}}:{{with .nodePort}}{{.}}{{end}} {{end}}{{"\n"}}{{end}}'
    ask clusterrole/phase0-audit -o name --ignore-not-found | sed 's/^/object\t/'
    ask clusterrolebinding/phase0-audit -o name --ignore-not-found | sed 's/^/object\t/'
    ask serviceaccount/phase0-audit secret/phase0-audit-token --namespace kube-system -o name --ignore-not-found | sed 's/^/object\t/'
}
[ -z "$kubectl" ] || objects

# Files that look like backups. A name may hold a line break, and a row of another's making behind it.
rows() { tr '\n\000' '?\n'; }
# shellcheck disable=SC2046,SC2086 # folders and words of find, none of which holds a blank
backups() {
    set -- $(for place in /var/backups /var/lib/backups /var/lib/postgresql /backup /backups /srv /opt /data /mnt /media /home /root; do
        [ ! -d "$place" ] || echo "$place"
    done)
    skip='-path */containerd -o -path */docker -o -path */kubelet -o -path */k3s/storage -o -path */local-path-provisioner -o -name .git -o -name node_modules'
    set -f
    timeout 10 find "$@" -maxdepth 6 \( $skip \) -prune -o -type f \( -name '*.sql' -o -name '*.sql.*' -o -name '*.dump' -o -name '*.dump.*' \
        -o -name '*.pgdump' -o -name '*.rdb' -o -name '*.rdb.*' \) -printf 'file\t%T@\t%s\t%p\0' -o -ipath '*backup*' \
        \( -iname '*k8s*' -o -iname '*k3s*' -o -iname '*etcd*' -o -iname '*manifest*' -o -iname '*cluster*' \) \
        -printf 'file\t%T@\t%s\t%p\0' 2>/dev/null | rows | sort -t "$(printf '\t')" -k2,2rn | head -n 2000
    set +f
}
backups

# What runs by itself, and which scripts of it save or watch something. Scripts of the distribution's packages are left out.
# shellcheck disable=SC2016,SC2046,SC2086 # a program of awk; names of units, one a line
tables() {
    for table in /etc/crontab /etc/cron.d/* /etc/cron.hourly/* /etc/cron.daily/* /etc/cron.weekly/* /var/spool/cron/crontabs/* /var/spool/cron/*; do
        if [ -f "$table" ] && [ -r "$table" ] && [ ! -L "$table" ]; then echo "$table"; fi
    done | xargs -rd '\n' awk '!/^[[:space:]]*#/ && length < 4000 { line = $0
        while (match(line, /\/[A-Za-z0-9._\/-]+/)) { print FILENAME "\t" substr(line, RSTART, RLENGTH); line = substr(line, RSTART + RLENGTH) } }'
    has systemctl || return 0
    timers=$(systemctl list-units --type=timer --all --plain --no-legend 2>/dev/null | awk '{ print $1 }')
    [ -n "$timers" ] || return 0
    systemctl show --property=Id,ExecStart $(systemctl show --property=Unit --value $timers | sort -u) | awk '/^Id=/ { id = substr($0, 4) }
        /^ExecStart=/ { path[++count] = $0 } /^$/ { told() } END { told() }
        function told(    i) { for (i = 1; i <= count; i++) if (match(path[i], /path=\/[A-Za-z0-9._\/-]+/)) print id "\t" substr(path[i], RSTART + 5, RLENGTH - 5)
            count = 0 }'
}
own='^/(usr/local|opt|srv|root|home|etc|data|var)/[A-Za-z0-9._/-]+$'
scheduled=$(tables 2>/dev/null | sort -u | grep -E "	${own#^}" | head -n 500)
[ -z "$scheduled" ] || printf '%s\n' "$scheduled" | sed 's/^/runs\t/'
scripts() {  # which kinds of work the lines of a script name, comments left out
    { printf '%s\n' "$scheduled" | cut -f2
        find /usr/local/bin /usr/local/sbin /opt /root /srv -xdev -maxdepth 3 -type f \( -iname '*backup*' -o -iname '*dump*' -o -iname '*disk*' -o -iname '*sauve*' \) 2>/dev/null; } |
        grep -E "$own" | sort -u | head -n 300 | while read -r file; do [ ! -f "$file" ] || echo "$file"; done |
        xargs -rd '\n' stat -L -c '%s %U %a %n' | awk '$1 <= 65536 { print $4, $2, $3 }' >&3
}
# shellcheck disable=SC2016 # a program of awk
tell='BEGIN { FS = "\n" } FNR == 1 { script = /^#!/ } !script || /^[[:space:]]*#/ { next }
    /pg_dump|pg_basebackup/ { does[FILENAME] = does[FILENAME] "postgres " } /redis-cli|BGSAVE|\.rdb/ { does[FILENAME] = does[FILENAME] "redis " }
    /kubectl .*get |etcd-snapshot|\/server\/(db|token)|k8s/ { does[FILENAME] = does[FILENAME] "configs " }
    /(^|[^a-z])(df|statvfs|findmnt) / { does[FILENAME] = does[FILENAME] "disk " } END { for (file in does) print file "\t" does[file] }'
listed=$({ scripts 2>/dev/null; } 3>&1)
printf '%s\n' "$listed" | cut -d' ' -f1 | grep . | xargs -rd '\n' awk "$tell" 2>/dev/null | while IFS='	' read -r file does; do
    printf 'script\t%s\t%s\t%s\n' "$file" "$(printf '%s\n' "$listed" | grep -F -- "$file " | head -n 1 | cut -d' ' -f2-)" "$does"
done

# Logs, disks, and what measures.
find /var/log -xdev -maxdepth 3 -path /var/log/journal -prune -o -type f -printf '%s\t%p\0' 2>/dev/null | rows | sort -rn | sed 's/^/log\t/' | head -n 300
row journal "$(du -sk /var/log/journal 2>/dev/null | cut -f1)"
df -P -k -T 2>/dev/null | awk 'NR > 1 && $2 !~ /^(tmpfs|devtmpfs|overlay|squashfs|efivarfs|shm)$/ { printf "disk\t%s\t%s\t%s\t%s\n", $7, $2, $3, $6 }'
for folder in /var/lib/prometheus/node-exporter /var/lib/node_exporter/textfile_collector /var/lib/node_exporter /var/lib/prometheus/textfile; do
    [ ! -d "$folder" ] || row textfiles "$folder"
done
grep -laE 'exporter|prometheus|alertmanager|grafana|zabbix|netdata|telegraf' /proc/[0-9]*/cmdline 2>/dev/null | while read -r file; do
    tr '\000' '\n' <"$file" 2>/dev/null | sed -nE '1s#^(.*/)?((prometheus-)?node[_-]exporter|prometheus|alertmanager|grafana(-server)?|zabbix_agent[d2]*|netdata|telegraf)$#monitor\t\2#p; s#^--collector\.textfile\.directory[= ](/[A-Za-z0-9._/-]+)$#textfiles\t\1#p'
done | sort -u
if has ss; then ss -Hltn 2>/dev/null | awk '{ n = split($4, part, ":"); print "port\t" part[n] }' | sort -u; fi
for file in /var/lib/*/builds/*.json; do [ ! -f "$file" ] || row build "$file"; done

# What an earlier time left: the account, and its files.
entry=$(getent passwd "$user") && row account "$(printf %s "$entry" | cut -d: -f6)"
for file in "$home/observer" "$home/ask" "$home/.ssh/authorized_keys" /etc/sudoers.d/phase0-gate; do
    [ ! -f "$file" ] || row ours "$file" "$(stat -c '%a %U' "$file")" "$(base64 -w0 "$file")"
done
[ ! -d /var/lib/phase0-gate/runs ] || row runs-of-fix "$(find /var/lib/phase0-gate/runs -mindepth 1 -maxdepth 1 | wc -l)"
echo whole
