"""Answers of a sound server to the facts of the infrastructure audit, as its commands print them.

They are written from the documentation of Ubuntu 24.04 and K3s 1.33, unless a comment says that the lab's Debian 12
gave them.
"""

import importlib

CERTIFICATES = """\
now 1795460696
file 1826989813 /var/lib/rancher/k3s/agent/client-kubelet.crt
file 1826989813 /var/lib/rancher/k3s/server/tls/client-admin.crt
file 1826996079 /var/lib/rancher/k3s/server/tls/serving-kube-apiserver.crt
served 1826996079 127.0.0.1:6443
"""
CLOCK = "container none\nkeeper chrony\nnow 1795460791\nkernel yes\nchrony C0A80001 1795460000.1 -0.000012873 Normal\n"
CLUSTER_UNIT = """\
now 1795460696
MainPID=49
Id=k3s.service
ActiveState=active
SubState=running
UnitFileState=enabled
since 1795060078
oldest 1794453812.485725 edgeserver systemd[1]: Starting k3s.service - Lightweight Kubernetes...
restart 1795459812.485725 edgeserver systemd[1]: k3s.service: Scheduled restart job, restart counter is at 1.
"""
KERNEL_WORDS = """\
now 1795460696
oldest 1794453812.371833 edgeserver kernel: Linux version 6.8.0-48-generic
line 1795360346.617594 edgeserver kernel: Out of memory: Killed process 912 (postgres) total-vm:1kB, anon-rss:1kB
line 1795360346.717594 edgeserver kernel: Memory cgroup out of memory: Killed process 913 (node) total-vm:1kB
line 1795360347.117594 edgeserver kernel[6535]: [   77.1] blk_update_request: I/O error, dev sda, sector 1234 op 0x0:(READ)
line 1795360348.117594 edgeserver kernel: blk_update_request: I/O error, dev fd0, sector 0 op 0x0:(READ)
line 1795360349.117594 edgeserver kernel: EXT4-fs (sda2): Remounting filesystem read-only
mount / rw,relatime
mount /var rw,relatime
boot 1795353842 1
boot 1795159664 0
"""
LOGIN = """\
permitrootlogin no
passwordauthentication no
kbdinteractiveauthentication no
usepam yes
kubeconfig 600 root:root
"""
MEMORY = "MemTotal:       16384000 kB\nMemFree:         1105784 kB\nMemAvailable:    8192000 kB\nBuffers:          275836 kB\n"
UPDATES = """\
now 1795460791
looked 1795430791
looked 1795420000
source 500 release v=24.04,o=Ubuntu,a=noble-security,n=noble,l=Ubuntu,c=main,b=amd64
resolved 0
waiting libssl3t64 [3.0.13-0ubuntu3.4] (3.0.13-0ubuntu3.5 Ubuntu:24.04/noble-updates, Ubuntu:24.04/noble-security [amd64])
upgraded 1795374391
installed 1780000000
"""

SOUND = {
    "certificates": CERTIFICATES,
    "clock": CLOCK,
    "cluster_unit": CLUSTER_UNIT,
    "kernel_words": KERNEL_WORDS,
    "login": LOGIN,
    "memory": MEMORY,
    "updates": UPDATES,
}
for fact in SOUND:
    importlib.import_module(f"fixtures.host.system.{fact}")  # importing a module declares its facts
