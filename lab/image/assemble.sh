#!/bin/sh
# assemble.sh ROOT FILES PUBLIC_KEY HYPER: turn a bare Debian tree into the edge server.
set -eu
root=$1 files=$2 key=$3 hyper=$4

chroot "$root" useradd --create-home --shell /bin/bash --groups adm,systemd-journal twister
chroot "$root" usermod --password '*' twister
install -d -m 0700 "$root/home/twister/.ssh"
install -m 0600 "$key" "$root/home/twister/.ssh/authorized_keys"
chroot "$root" chown -R twister:twister /home/twister/.ssh

cp -R --no-dereference --preserve=mode,links "$files/." "$root/"
chmod 0440 "$root/etc/sudoers.d/twister"
install -m 0755 "$hyper" "$root/usr/local/lib/lab/hyper"
for name in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
    ln -sf hyper "$root/usr/local/lib/lab/$name"
done

echo edgeserver > "$root/etc/hostname"
printf '127.0.0.1 localhost\n127.0.1.1 edgeserver\n::1 localhost\n' > "$root/etc/hosts"
rm -f "$root/etc/resolv.conf"
: > "$root/etc/resolv.conf"
: > "$root/etc/machine-id"
install -d -m 2755 "$root/var/log/journal"
install -d "$root/etc/lab" "$root/var/lib/lab"
# Nothing here may look for updates, and k3s.service runs its own etcd and containerd.
for unit in apt-daily.timer apt-daily-upgrade.timer etcd.service containerd.service e2scrub_reap.service; do
    ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
chroot "$root" systemctl --quiet enable k3s.service lab-tidy.service lab-kernel-log.service
rm -f "$root"/etc/ssh/ssh_host_*
chroot "$root" ssh-keygen -A > /dev/null
rm -f "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*_*
