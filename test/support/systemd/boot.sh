#!/bin/sh
# Becomes a systemd of its own over this computer's programs: unshare --pid --fork --mount --cgroup --net --uts --ipc
# --kill-child sh boot.sh WORK PROGRAM. WORK holds etc/ (laid over /etc), units/ (all that there are) and data/ (the data
# directory); what the units write to /run/seen lies in WORK/seen. PROGRAM is installed in /opt/sallyport/current.
set -eu
work=$1 program=$2
mount --make-rprivate /
# systemd looks at every mount, and a file system of another test may answer nobody.
umount -l -a -t fuse
mount -t proc proc /proc
# Nothing of this computer is set.
mount --bind /proc/sys /proc/sys
mount -o remount,bind,ro /proc/sys
mount -t tmpfs tmpfs /sys/fs/cgroup
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p "$work/etc/systemd/system" "$work/overlay" "$work/seen"
mount -t overlay overlay -o "lowerdir=/etc,upperdir=$work/etc,workdir=$work/overlay" /etc
echo 'sallyport:x:64500:64500::/var/lib/sallyport:/usr/sbin/nologin' >>/etc/passwd
echo 'sallyport:x:64500:' >>/etc/group
mount -t tmpfs tmpfs /opt
mkdir -p /opt/sallyport/current
mount --bind "$program" /opt/sallyport/current
mount -t tmpfs tmpfs /run
mkdir -p /run/seen /run/sallyport/media /run/sallyport/write /run/data
mount --bind "$work/seen" /run/seen
mount --bind "$work/data" /run/data
mount -t tmpfs tmpfs /var/log
mount -t tmpfs tmpfs /var/lib
mkdir -p /var/lib/sallyport /var/lib/systemd
mount --bind /run/data /var/lib/sallyport
chown -R 64500:64500 /var/lib/sallyport
chown sallyport /run/sallyport/write
if [ -f "$work/master" ]; then
  systemd-creds encrypt --with-key=host --name=SALLYPORT_MASTER "$work/master" /etc/sallyport/master.cred
fi
mount --bind "$work/units" /usr/lib/systemd/system
mount -t tmpfs tmpfs /usr/lib/systemd/system-generators
# Where a service ends, systemd looks at each file of shared memory for one of its user; all of these tests lie there.
mount -t tmpfs tmpfs /dev/shm
# As at the start of a computer; credentials reach a service by it.
mount --make-rshared /
exec env -i container=test PATH=/usr/sbin:/usr/bin:/sbin:/bin \
  /usr/lib/systemd/systemd --system --log-target=null --show-status=no --unit=try.target
