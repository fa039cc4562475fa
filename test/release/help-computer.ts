import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { bootRoot } from './booted-root.ts';
import { helpOnTheMachine, layHelpContent } from './help-run.ts';
import { makeStick } from './installation.ts';
import { copyOf, type Place } from './place.ts';
import { bootComputer, makeDisk } from './qemu-root.ts';
import { well } from './site.ts';

// The help on a whole computer under QEMU, with a FAT32 stick and a clock of its own; HELP_ON=namespaces runs it in minutes where a
// kernel, udev and the clock are this computer's.

export async function helpOnTheComputer(place: Place, debian: string): Promise<void> {
  const { stick, work, say } = place;
  layHelpContent(join(stick, 'content'), debian);
  if (process.env['HELP_ON'] === 'namespaces') {
    const machine = join(work, 'help-machine');
    copyOf(debian, machine);
    const on = await bootRoot(machine, stick);
    try {
      await helpOnTheMachine(place, on, { mountStick: 'cp -r /mnt/stick/. /media/usb/', setClock: undefined });
    } finally {
      await on.powerOff();
    }
    return;
  }
  const [folder, image] = [join(work, 'help-computer'), join(work, 'help-stick.img')];
  makeStick(stick, image, 'SALLYPORT');
  makeDisk(debian, folder);
  say('power on');
  const on = await bootComputer(folder);
  try {
    say('the computer is up');
    await on.plug(image, 'one');
    const mountStick =
      'for i in $(seq 300); do [ -b /dev/sda ] && break; sleep 1; done; mount -o iocharset=utf8,umask=022 /dev/sda /media/usb';
    await helpOnTheMachine(place, on, { mountStick, setClock: (date) => well(on, `date -u -s '${date}'`) });
  } finally {
    await on.cut();
    // The journal of a run that failed is on its disk.
    execFileSync('sync');
    cpSync(join(folder, 'console.log'), join(work, 'help-console.log'));
  }
}
