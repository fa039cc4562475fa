import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectedHost } from './connected-host.ts';
import { makeStick } from './installation.ts';
import { expectOwnDisksAlone, layOwnDisks, makeBlank, ownDisks } from './own-disks.ts';
import { must, type Place } from './place.ts';
import { type BootedComputer, bootComputer, makeDisk } from './qemu-root.ts';
import { expectSameContent, factsOf, installFilled, layContent, well } from './site.ts';

// From power-on: a bare computer that boots from a disk on USB takes a stick, becomes a site, writes a request to a second stick and
// imports the bundle that answers it; its own disks are left alone. The kernel, udev and the file systems are the computer's own.

const media = '/run/sallyport/media';

/** Waits until the stick that was plugged in is mounted; its folder. */
export const mounted = async (on: BootedComputer): Promise<string> =>
  (await well(on, `for i in $(seq 300); do ls -d ${media}/*-sd* 2>/dev/null && exit 0; sleep 1; done; exit 1`)).trim();

export async function wholeComputer({ stick, base, work, say }: Place, debian: string): Promise<void> {
  const folder = join(work, 'computer');
  const [installer, carrier, carried] = [join(work, 'stick.img'), join(work, 'carrier.img'), join(work, 'carried')];
  layContent(join(stick, 'content'), base);
  makeStick(stick, installer, 'SALLYPORT');
  makeDisk(debian, folder, 'usb');
  for (const { image } of ownDisks(work)) makeBlank(image);
  say('power on');
  let on = await bootComputer(folder);
  say('the computer is up');
  for (const { image, name } of ownDisks(work)) await on.plug(image, name);
  await layOwnDisks(on);
  await on.plug(installer, 'one');
  await well(on, 'for i in $(seq 300); do blkid -L SALLYPORT && break; sleep 1; done; mkdir -p /mnt/stick');
  await well(on, 'mount -o ro "$(blkid -L SALLYPORT)" /mnt/stick');
  const pluggedMs = Date.now();
  await installFilled(on);
  const before = await factsOf(on);
  say(`a filled site that serves, ${Math.round((Date.now() - pluggedMs) / 1000)} s after the stick was plugged in`);
  await well(on, 'umount /mnt/stick');
  await on.unplug('one');
  say(await expectOwnDisksAlone(on));

  const host = connectedHost(join(work, 'host'));
  rmSync(carried, { recursive: true, force: true });
  mkdirSync(carried);
  const root = host.run<{ fingerprint: string }>('trust', 'export', '--out', join(carried, 'trust.tar'));
  makeStick(carried, carrier, 'ЗАВОД 2');
  await on.plug(carrier, 'two');
  const path = await mounted(on);
  must(path.startsWith(`${media}/ЗАВОД_2-`), `the stick is mounted on ${path}`);
  const seen = (await well(on, 'sallyport media list')).trim();
  must(seen.includes('ЗАВОД'), `the command does not name the stick: ${seen}`);
  say(`the system mounted the second stick: ${seen}`);
  await well(on, `sallyport trust import ${path}/trust.tar --fingerprint ${root.fingerprint}`);
  const card = join(work, 'site-card.json');
  const made = await well(on, 'sallyport site-card export --out /root/card.json --json 2>/dev/null');
  writeFileSync(card, await well(on, 'cat /root/card.json'));
  const { fingerprint } = JSON.parse(made) as { fingerprint: string };
  host.run('site', 'add', card, '--fingerprint', fingerprint);
  await well(on, `sallyport request export --out ${path}`);
  await on.unplug('two');
  say('the request is on the stick');

  execFileSync('mcopy', ['-s', '-n', '-i', carrier, '::*', carried]);
  const { bundles } = host.run<{ bundles: { path: string }[] }>(
    'fulfil',
    '--media',
    carried,
    '--curator-key',
    host.curator,
  );
  must(bundles.length === 1, 'the request was not answered');
  makeStick(carried, carrier, 'СМЕНА');
  await on.plug(carrier, 'three');
  const bundle = (bundles[0]?.path ?? '').slice(carried.length + 1);
  await well(on, `sallyport bundle import ${await mounted(on)}/${bundle}`);
  must((await well(on, 'sallyport finding list --json')).includes('DEMO-2026-0001'), 'the advisory has no finding');
  await on.unplug('three');
  await expectOwnDisksAlone(on);
  say('the bundle is imported, its advisory has findings');

  await on.powerOff();
  on = await bootComputer(folder, ownDisks(work));
  say(await expectOwnDisksAlone(on));
  const after = await factsOf(on);
  expectSameContent(before.content, after.content);
  say('all of it is there after a reboot');
  await on.powerOff();
}
