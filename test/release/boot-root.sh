#!/bin/sh
# Boots a Debian root with a systemd of its own, without a network: sh boot-root.sh ROOT STICK. The folder STICK is seen
# read-only in /mnt/stick. booted-root.ts starts it and drives what runs in it. It has its own control group and /dev: of the
# computer around it, it changes nothing.
set -eu
root=$1 stick=$2

if [ "${3:-}" != inside ]; then
  mount --make-rprivate /
  groups=$(mktemp -d)
  mount -t cgroup2 none "$groups"
  own=$groups/release-test-$$
  mkdir "$own"
  # shellcheck disable=SC2016
  sh -c 'echo $$ >"$1/cgroup.procs"; shift; exec "$@"' - "$own" \
    unshare --pid --fork --mount --cgroup --net --uts --ipc --kill-child sh "$0" "$root" "$stick" inside || true
  find "$own" -depth -type d -exec rmdir {} +
  umount "$groups"
  rmdir "$groups"
  exit 0
fi

mount --make-rprivate /
mount --bind "$root" "$root"
mkdir -p "$root/mnt/stick"
mount -t proc proc "$root/proc"
mount --bind /proc/sys "$root/proc/sys"
mount -o remount,bind,ro "$root/proc/sys"
mount -t tmpfs tmpfs "$root/sys"
mkdir -p "$root/sys/fs/cgroup"
mount -t cgroup2 none "$root/sys/fs/cgroup"
mount -t tmpfs tmpfs "$root/run"
mount -t tmpfs tmpfs "$root/tmp"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
  touch "$root/dev/$node"
  mount --bind "/dev/$node" "$root/dev/$node"
done
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
mount -t tmpfs tmpfs "$root/dev/shm"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount --bind "$stick" "$root/mnt/stick"
mount -o remount,bind,ro "$root/mnt/stick"
cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /usr/lib/systemd/systemd --system --log-target=null --show-status=no --unit=multi-user.target
