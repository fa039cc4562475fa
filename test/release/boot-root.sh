#!/bin/sh
# Boots a Debian root with its own systemd and no network: unshare --pid --fork --mount --cgroup --net --uts --ipc --kill-child
# sh boot-root.sh ROOT STICK OUT. STICK is seen read-only in /mnt/stick; the script STICK/on-the-machine.sh runs once the
# machine is up, and what it writes to /mnt/out lies in OUT.
set -eu
root=$1 stick=$2 out=$3
mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/mnt/stick" "$root/mnt/out"
mount -t proc proc "$root/proc"
mount --bind /proc/sys "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t tmpfs tmpfs "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$stick" "$root/mnt/stick"
mount -o remount,bind,ro "$root/mnt/stick"
mount --bind "$out" "$root/mnt/out"
cat >"$root/etc/systemd/system/release-test.service" <<'UNIT'
[Unit]
After=basic.target
SuccessAction=exit-force
FailureAction=exit-force
[Service]
Type=oneshot
TimeoutStartSec=900
StandardOutput=append:/mnt/out/log
StandardError=inherit
ExecStart=/bin/sh /mnt/stick/on-the-machine.sh
UNIT
mkdir -p "$root/etc/systemd/system/multi-user.target.wants"
ln -sf ../release-test.service "$root/etc/systemd/system/multi-user.target.wants/release-test.service"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /usr/lib/systemd/systemd --system --log-target=null --show-status=no --unit=multi-user.target
