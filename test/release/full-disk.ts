import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { until } from '../support/until.ts';
import { type BootedRoot, bootRoot } from './booted-root.ts';
import { copyOf, must, type Place } from './place.ts';
import { expectSameFacts, factsOf, installFilled, layContent, pageServed, well } from './site.ts';
import { debianOf } from './systems.ts';

// A disk that is full beneath a machine as delivered: the data folder lies on a small file system which another program fills and
// keeps full. The server is up again by itself once there is room, with all that was in it. The pauses are those of the units.

const small = '/srv/small';
const folder = '/var/lib/sallyport';

/** The disk stays full until so many rests began, six of which are an hour. It is emptied as one begins, which is the longest wait. */
const rests = Number(process.env['FULL_RESTS'] ?? 7);

/** Moves the data folder to a file system of its own. `loop` is the device of it, as this computer names it. */
async function onSmallDisk(on: BootedRoot, loop: string): Promise<void> {
  const number = execFileSync('stat', ['-c', '%Hr %Lr', loop], { encoding: 'utf8' }).trim();
  await well(
    on,
    `mknod ${loop} b ${number} && mkdir -p ${small} && mount ${loop} ${small}
     systemctl stop sallyport.service && cp -a ${folder} ${small}/sallyport && mount --bind ${small}/sallyport ${folder}
     systemctl start sallyport.service`,
  );
}

/** Another program takes all room, again and again: what the server gives up is gone as well. */
const fill = `systemd-run --quiet --unit=fills sh -c 'while :; do cat /dev/zero >>${small}/log 2>/dev/null; sleep 1; done'
for i in $(seq 120); do [ "$(df --output=avail ${small} | tail -n 1)" -lt 64 ] && exit 0; sleep 1; done; exit 1`;
const empty = `systemctl stop fills.service; rm ${small}/log`;

/** What the units do, in words for the log. */
const look = async (on: BootedRoot): Promise<string> => {
  const server = 'for p in ActiveState SubState NRestarts; do systemctl show sallyport.service -P $p; done';
  const said = await well(on, `${server}; systemctl show sallyport-again.timer -P ActiveState`);
  const [state, sub, restarts, timer] = said.split('\n');
  return `server ${state} (${sub}), ${restarts} restarts, timer ${timer}`;
};

const isResting = (state: string): boolean => state.startsWith('server failed') && state.endsWith('timer active');

const ready =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 /opt/sallyport/current/node_modules/.bin/node --no-warnings -e ' +
  `"fetch('https://127.0.0.1/readyz').then(async (a) => console.log(a.status, await a.text()), (e) => console.log(e.cause.code))"`;

const minutesSince = (fromMs: number): string => `${((Date.now() - fromMs) / 60_000).toFixed(1)} min`;

/** On one machine: installs, fills the disk, kills the server, waits, makes room; says each change and how long it took until it served. */
async function fullDiskOn(
  { work, stick, version, say }: Pick<Place, 'work' | 'stick' | 'version' | 'say'>,
  base: string,
  name: string,
): Promise<void> {
  const tell = (text: string): void => say(`${name}: ${text}`);
  const [machine, image] = [join(work, `full-${name}`), join(work, `full-${name}.img`)];
  copyOf(base, machine);
  execFileSync('sh', ['-c', 'rm -f "$1" && truncate -s 768M "$1" && mkfs.ext4 -q -F "$1"', 'sh', image]);
  const on = await bootRoot(machine, stick);
  const loop = execFileSync('losetup', ['--find', '--show', image], { encoding: 'utf8' }).trim();
  try {
    await installFilled(on);
    await onSmallDisk(on, loop);
    const before = await factsOf(on);
    tell(`${(await well(on, 'systemctl --version | head -n 1')).trim()}; ${await look(on)}`);
    await well(on, fill);
    const filledMs = Date.now();
    await until(async () => (await on.sh(ready)).text.includes('DISK_FULL'), { seconds: 300, everyMs: 1_000 });
    tell(`the disk is full, and the running server says so: ${await look(on)}`);
    await well(on, 'kill -9 "$(systemctl show sallyport.service -P MainPID)"');
    let [seen, restsSeen] = ['', 0];
    const restBegins = async (): Promise<boolean> => {
      const now = await look(on);
      if (now !== seen) tell(`${minutesSince(filledMs)}: ${now}`);
      if (isResting(now) && !isResting(seen)) restsSeen += 1;
      seen = now;
      return restsSeen >= rests;
    };
    await until(restBegins, { seconds: rests * 1_200, everyMs: 1_000 });
    const log = await well(on, 'journalctl -u sallyport.service --no-pager -o cat | tail -n 40');
    must(log.includes('DISK_FULL'), `the log does not say why:\n${log}`);
    await well(on, empty);
    const freedMs = Date.now();
    tell(`there is room again after ${minutesSince(filledMs)} and ${restsSeen} rests; nobody does anything`);
    await until(async () => (await look(on)).startsWith('server active'), { seconds: 1_200, everyMs: 500 });
    await pageServed(on);
    tell(`up ${Math.round((Date.now() - freedMs) / 1_000)} s after there was room`);
    expectSameFacts(before, await factsOf(on), version, before.schema);
    tell('all that was put in is there');
  } finally {
    await on.cut();
    // It goes with the machine; where its mount is held a moment longer, it is told to.
    execFileSync('sh', ['-c', 'losetup -d "$1" 2>/dev/null || true', 'sh', loop]);
  }
}

/** On Debian 13 and, where its packages can be had, on Debian 12 (systemd 252), both at once. */
export async function fullDisk(place: Place): Promise<void> {
  layContent(join(place.stick, 'content'), place.base);
  const older = debianOf('bookworm', join(place.work, 'systems'));
  if (older === undefined) place.say('Debian 12: its packages cannot be had from here, not tried');
  await Promise.all([
    fullDiskOn(place, place.base, 'trixie'),
    ...(older === undefined ? [] : [fullDiskOn(place, older, 'bookworm')]),
  ]);
}
