#!/bin/sh
# A device whose files lie in FILES, over this computer's: unshare --mount --uts sh device.sh FILES WORK REPOSITORY COMMAND…
# What it changes lies in FILES alone. It has no devices of this computer: /sys is what FILES has.
set -eu
files=$1 work=$2 repository=$3
shift 3
mount --make-rprivate /
root=$work/root
mkdir -p "$work/overlay" "$root"
mount -t overlay overlay -o "lowerdir=/,upperdir=$files,workdir=$work/overlay" "$root"
mount --rbind /dev "$root/dev"
mount -t proc proc "$root/proc"
mkdir -p "$root$repository"
mount --bind "$repository" "$root$repository"
# The package sources of this computer are not those of the device.
for list in /etc/apt/sources.list /etc/apt/sources.list.d/*; do
  [ -e "$files$list" ] || rm -f "$root$list"
done
# They name groups that the device does not have.
: >"$root/var/lib/dpkg/statoverride"
cat "$root/etc/hostname" >/proc/sys/kernel/hostname
exec chroot "$root" "$@"
