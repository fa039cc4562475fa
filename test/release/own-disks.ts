import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { BootedRoot } from './booted-root.ts';
import { must } from './place.ts';
import type { UsbDisk } from './qemu-root.ts';
import { well } from './site.ts';

// A computer that boots from USB, with further disks on USB that are its own through LVM, dm-crypt and md. Each of them has a FAT partition
// beside, named nowhere, which looks like a medium.

/** The further disks. */
export const ownDisks = (folder: string): UsbDisk[] =>
  ['volume', 'vault', 'mirror', 'swap'].map((name) => ({ name, image: join(folder, `own-${name}.img`) }));

export function makeBlank(image: string): void {
  execFileSync('sh', ['-c', 'rm -f "$1" && truncate -s 256M "$1"', 'sh', image]);
}

/** Makes the plugged blank disks the computer's own: one by fstab alone, the others in use as well. */
export async function layOwnDisks(on: BootedRoot): Promise<void> {
  await well(
    on,
    `set -e
find_disk() { for i in $(seq 300); do for d in /sys/block/sd*; do
  [ "$(cat "$d/size")" = 524288 ] && [ ! -e "$d/\${d##*/}1" ] && { echo "/dev/\${d##*/}"; return; }; done; sleep 1; done; return 1; }
for kind in volume vault mirror swap; do
  disk=$(find_disk)
  printf 'label: gpt\\nsize=160M, name=%s\\nsize=64M, name=beside-%s\\n' $kind $kind | sfdisk -q "$disk"
  udevadm settle
  mkfs.vfat -n BESIDE "\${disk}2" >/dev/null
  case $kind in
  volume)
    pvcreate -q -y "\${disk}1"
    vgcreate -q own "\${disk}1"
    lvcreate -q -y -n data -L 64M own
    mkfs.ext4 -q /dev/own/data
    echo '/dev/own/data /srv/volume ext4 noauto,nofail 0 2' >>/etc/fstab
    ;;
  vault)
    printf %s 'secret of the test' >/etc/vault.key
    chmod 0600 /etc/vault.key
    cryptsetup -q luksFormat --pbkdf pbkdf2 --pbkdf-force-iterations 1000 "\${disk}1" /etc/vault.key
    cryptsetup open --key-file /etc/vault.key "\${disk}1" vault
    mkfs.ext4 -q -L VAULT /dev/mapper/vault
    echo "vault PARTLABEL=vault /etc/vault.key luks,nofail" >>/etc/crypttab
    echo 'LABEL=VAULT /srv/vault ext4 nofail 0 2' >>/etc/fstab
    mkdir -p /srv/vault
    mount /dev/mapper/vault /srv/vault
    ;;
  mirror)
    mdadm --create /dev/md0 --run --force --level=1 --metadata=1.2 --raid-devices=1 "\${disk}1"
    mkfs.ext4 -q /dev/md0
    mkdir -p /srv/mirror
    mount /dev/md0 /srv/mirror
    ;;
  swap)
    echo 'PARTLABEL=swap none swap nofail 0 0' >>/etc/fstab
    mkswap -q "\${disk}1"
    swapon "\${disk}1"
    ;;
  esac
  udevadm settle
done
`,
  );
}

/** With the one that it booted from. */
const ownDiskCount = ownDisks('').length + 1;

/** Each disk of the computer is writable as it was, nothing of it is mounted as a medium, and it is said why; what is said. */
export async function expectOwnDisksAlone(on: BootedRoot): Promise<string> {
  const look = `udevadm trigger --action=add --subsystem-match=block; udevadm settle
for i in $(seq 300); do [ "$(sallyport media list | grep -c 'not mounted: own-')" = ${ownDiskCount} ] && break; sleep 1; done
for part in /sys/class/block/sd*; do echo "flag \${part##*/} $(blockdev --getro "/dev/\${part##*/}")"; done
grep ' /run/sallyport/media/' /proc/self/mountinfo | sed 's/^/medium /'
touch /boot/efi/still-writable /root/still-writable && echo written
systemctl list-units --failed --no-legend 'sallyport-media*' | sed 's/^/failed /'
sallyport media list`;
  const text = await well(on, look);
  must(!/^flag \S+ 1$/m.test(text), `a disk of the computer was set read-only:\n${text}`);
  must(!/^(?:medium|failed) /m.test(text) && text.includes('written'), `a disk of the computer was taken:\n${text}`);
  const reasons = [...text.matchAll(/not mounted: (own-\S+)/g)].map(([, code]) => code);
  must(reasons.length === ownDiskCount, `not each disk has its reason:\n${text}`);
  return `the computer's own disks are left alone: ${reasons.join(', ')}`;
}
