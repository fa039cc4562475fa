import { execFileSync } from 'node:child_process';
import { closeSync, cpSync, mkdirSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { bootRoot } from './booted-root.ts';
import { copyOf, must, type Place } from './place.ts';
import { expectSameContent, factsOf, installFilled, layContent, well } from './site.ts';

// From a stick with a FAT32 file system to a log-in page on a bare machine, and gone again; and the site on a new machine.

/** Of mkfs, which writes no other letters than Latin ones. */
const placeholder = 'LABELLABEL1';

/**
 * Makes an image with a FAT32 file system that holds what lies in a folder, with 512 MB to spare. `label` is written as
 * Windows does it on a Russian or Kazakh system: at most 11 letters, a byte each, in code page 866.
 */
export function makeStick(folder: string, image: string, label: string): void {
  const held = Number(execFileSync('du', ['-s', '--bytes', folder], { encoding: 'utf8' }).split('\t')[0]);
  // Room for what is written to it, and the clusters that FAT32 has at least.
  execFileSync('truncate', ['-s', `${Math.ceil(held / 2 ** 20) + 512}M`, image]);
  execFileSync('mkfs.vfat', ['-F', '32', '-n', placeholder, image], { stdio: 'pipe' });
  const bytes = execFileSync('iconv', ['-f', 'UTF-8', '-t', 'CP866'], { input: label.padEnd(placeholder.length) });
  const file = openSync(image, 'r+');
  const head = Buffer.alloc(16 << 20);
  readSync(file, head, 0, head.length, 0);
  // In both boot sectors and in the root folder.
  for (let at = head.indexOf(placeholder); at !== -1; at = head.indexOf(placeholder, at + 1))
    writeSync(file, bytes, 0, bytes.length, at);
  closeSync(file);
  execFileSync('sh', ['-c', `MTOOLS_SKIP_CHECK=1 mcopy -s -i "${image}" "${folder}"/* ::`]);
}

/** Installs from a stick, uses what is installed, removes it. */
export async function installation({ base, stick, work, say }: Place): Promise<void> {
  const machine = join(work, 'machine');
  const [image, seen] = [join(work, 'stick.img'), join(work, 'stick-seen')];
  cpSync(join(import.meta.dirname, 'on-the-machine.sh'), join(stick, 'on-the-machine.sh'));
  makeStick(stick, image, 'SALLYPORT');
  mkdirSync(seen, { recursive: true });
  // This computer's kernel may have no FAT. As with a kernel's mount, others than root see it.
  execFileSync('fusefat', ['-o', 'ro,allow_other', image, seen], { stdio: 'pipe' });
  try {
    copyOf(base, machine);
    const on = await bootRoot(machine, seen);
    const { status, text } = await on.sh('sh /mnt/stick/on-the-machine.sh');
    process.stdout.write(text);
    must(status === 0, 'not all was as it has to be');
    const at = (words: string): number => Number(new RegExp(`^([\\d.]+) ${words}$`, 'm').exec(text)?.[1]);
    say(`from stick to log-in page: ${(at('the log-in page is served') - at('the stick is in')).toFixed(1)} s`);
    await on.powerOff();
  } finally {
    execFileSync('umount', [seen]);
  }
}

/** A backup of a filled site becomes the site on a bare machine. */
export async function newMachine({ base, stick, work, deb, say }: Place): Promise<void> {
  const [old, fresh] = [join(work, 'old'), join(work, 'machine')];
  layContent(join(stick, 'content'), base);
  copyOf(base, old);
  let on = await bootRoot(old, stick);
  const recoveryKey = await installFilled(on);
  const before = await factsOf(on);
  await well(on, 'sallyport backup create --out /root/plant.spb');
  await on.powerOff();
  cpSync(join(old, 'root/plant.spb'), join(stick, 'plant.spb'));
  copyOf(base, fresh);
  on = await bootRoot(fresh, stick);
  await well(on, `dpkg -i /mnt/stick/${basename(deb)}`);
  await well(on, `echo ${recoveryKey} | sallyport backup restore /mnt/stick/plant.spb --key-file -`);
  await well(on, 'sallyport setup --address localhost --master-key file --yes');
  const after = await factsOf(on);
  expectSameContent(before.content, after.content);
  must((await on.sh('test -e /var/lib/sallyport/keys/master.key')).status === 0, 'the master key is no file');
  const removed = await well(on, 'dpkg --purge sallyport');
  must(removed.includes('The data of Sallyport stays in /var/lib/sallyport'), `purging said: ${removed}`);
  must(readFileSync(join(fresh, 'var/lib/sallyport/state.db')).length > 0, 'the data went with the package');
  await on.powerOff();
  say('the site is on a new machine, from its backup and the recovery key, with the master key as a file');
}
