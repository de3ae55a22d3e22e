# All that a remedy takes back: files, their owners and modes, objects as they are wanted, images with their labels, archives
# of images; then backups that were there, and of each log the lines that were there.
cd /
find etc usr/local var/spool/cron -xdev ! -name '*.cache' \( -type f -exec sha256sum {} + -o -type l -printf '%l %p\n' \) |
  grep -v -e ' etc/mtab' -e '/tls/' | LC_ALL=C sort -k 2
find etc usr/local var/spool/cron -xdev ! -path 'etc' -printf '%p %m %u:%g\n' | LC_ALL=C sort
k3s kubectl get deployments,statefulsets,services,configmaps -A -o go-template='{{range .items}}{{.kind}} {{.metadata.namespace
}}/{{.metadata.name}} {{.spec}}
{{end}}'
k3s ctr -n k8s.io images ls | awk 'NR > 1 { print "image", $1, $3, $NF }' | LC_ALL=C sort
find var/lib/rancher/k3s/agent/images -type f -exec sha256sum {} + 2>/dev/null | sed 's/^/archive /' | LC_ALL=C sort
