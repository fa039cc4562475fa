#!/bin/sh
# A device over this computer's files: unshare --pid --fork --mount --cgroup --uts --ipc --kill-child sh device.sh WORK UNITS SHARED.
# What it changes of them lies in WORK alone; it has a systemd of its own, with the units of UNITS only, and this computer's network.
# SHARED is seen in /mnt.
set -eu
work=$1 units=$2 shared=$3
mount --make-rprivate /
# systemd looks at every mount, and a file system of another test may answer nobody.
umount -l -a -t fuse || true
mount -t tmpfs tmpfs "$work"
root=$work/root
mkdir -p "$work/upper" "$work/overlay" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$work/upper,workdir=$work/overlay" "$root"
mount -t proc proc "$root/proc"
mount --bind /proc/sys "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t tmpfs tmpfs "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount --rbind /dev "$root/dev"
mount -t tmpfs tmpfs "$root/tmp"
mount --bind "$shared" "$root/mnt"
# Packages bring their units to this folder, so it is not another mount.
rm -rf "$root/usr/lib/systemd/system" "$root/etc/systemd/system"
mkdir -p "$root/usr/lib/systemd/system" "$root/etc/systemd/system" "$root/run/systemd"
cp "$units"/* "$root/usr/lib/systemd/system/"
rm -rf "$root/usr/lib/systemd/system-generators"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /usr/lib/systemd/systemd --system --log-target=null --show-status=no --unit=try.target
