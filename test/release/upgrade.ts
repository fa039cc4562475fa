import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { random } from '../bench/support/random.ts';
import { seed } from '../support/chance.ts';
import { until } from '../support/until.ts';
import { type BootedRoot, bootRoot } from './booted-root.ts';
import { freezeSite, layFrozenSite } from './frozen-site.ts';
import { makeNextRelease, type NextRelease } from './next-release.ts';
import { copyOf, must, type Place } from './place.ts';
import { cutWithin } from './power-cut.ts';
import { expectSameContent, expectSameFacts, type Facts, factsOf, well } from './site.ts';

// Upgrades of a filled site under a systemd of its own: to a next release that migrates, and back as a person wants it; to releases
// that do not come up; and with the power taken away in between. Afterwards the old or the new release serves, and nothing of
// what was put in is missing.

const cuts = 20;

type Next = { version: string; package: string };
/** The packages of releases to come, on the stick. */
function layNext({ stick, work, deb, version }: Place, schema: number): Record<'good' | 'deaf' | 'dead', Next> {
  const [major, minor] = version.split('.').map(Number);
  const lay = (by: number, server: NextRelease['server']): Next => {
    const to = `${major}.${(minor ?? 0) + by}.0`;
    const name = `next-${by}.deb`;
    makeNextRelease({ deb, from: version, to, schema, server }, join(work, 'next'), join(stick, name));
    return { version: to, package: `/mnt/stick/${name}` };
  };
  return { good: lay(1, 'serves'), deaf: lay(2, 'does not listen'), dead: lay(3, 'does not start') };
}

/** The longest time in ms without the page while `work` runs, asked for ten times a second. */
const longestGap = async (on: BootedRoot, work: () => Promise<void>): Promise<number> => {
  const asks = `const https = require('https'); let gone, longest = 0;
    const end = () => { if (gone !== undefined) longest = Math.max(longest, Date.now() - gone); gone = undefined; };
    setInterval(() => https.get({ host: '127.0.0.1', path: '/login', rejectUnauthorized: false, timeout: 2000 }, (a) => { a.resume(); end(); })
      .on('error', () => { gone ??= Date.now(); }), 100);
    setInterval(() => { if (require('fs').existsSync('/run/asked')) { console.log(longest); process.exit(); } }, 200);`;
  await well(on, `rm -f /run/asked; cat >/run/ask.js <<'END'\n${asks}\nEND`);
  const asking = on.sh('exec /opt/sallyport/current/node_modules/.bin/node /run/ask.js');
  await work();
  await well(on, 'touch /run/asked');
  return Number((await asking).text.trim());
};

const stateFile = (machine: string): string => join(machine, 'var/lib/sallyport/upgrade.json');

/** The switch of an upgrade has begun, which follows its trial and takes other steps. */
const switching = (machine: string): Promise<unknown> =>
  until(() => existsSync(stateFile(machine)) && readFileSync(stateFile(machine), 'utf8').includes('"state": "open"'), {
    seconds: 600,
  });

type Times = { trialMs: number; switchMs: number };

/** Upgrades to the end; how long both parts took on this machine at its load. */
async function upgradeTimed(on: BootedRoot, machine: string, { package: file }: Next): Promise<Times> {
  const beganMs = Date.now();
  const [switchedMs] = await Promise.all([switching(machine).then(() => Date.now()), well(on, `dpkg -i ${file}`)]);
  return { trialMs: switchedMs - beganMs, switchMs: Date.now() - switchedMs };
}

const seconds = (sinceMs: number): string => `${((Date.now() - sinceMs) / 1000).toFixed(1)} s`;

/** Up, away from its next release as a person wants it, and away by itself from two that do not come up. */
async function upAndBack(
  on: BootedRoot,
  machine: string,
  place: Place,
  next: Record<'good' | 'deaf' | 'dead', Next>,
  before: Facts,
): Promise<Times> {
  const { version, say } = place;
  await well(on, 'sallyport upgrade --trial');
  say('root tries an upgrade on a copy, with a sealed key');
  const beganMs = Date.now();
  let times: Times = { trialMs: 0, switchMs: 0 };
  const gapMs = await longestGap(on, async () => {
    times = await upgradeTimed(on, machine, next.good);
  });
  expectSameFacts(before, await factsOf(on), next.good.version, before.schema + 1);
  say(`upgraded to ${next.good.version} in ${seconds(beganMs)}; no page for ${(gapMs / 1000).toFixed(1)} s`);

  await well(on, "sallyport tag add later $(sallyport device list --json | grep -o '[0-9a-f]\\{32\\}' | head -n 1)");
  must((await on.sh('sallyport release rollback')).status === 1, 'the way back was taken without being confirmed');
  await well(on, 'sallyport release rollback --confirm --reason "line 3 cannot print"');
  expectSameFacts(before, await factsOf(on), version, before.schema);
  say(`back to ${version} by release rollback`);

  for (const { version: failing, package: file } of [next.deaf, next.dead]) {
    const fromMs = Date.now();
    const text = await well(on, `dpkg -i ${file}`);
    const last = text.trim().split('\n').at(-1) ?? '';
    must(
      last === `went back: ${version} runs, ${failing} did not start, see doctor`,
      `the way back was not told: ${text}`,
    );
    const isInstalled = (await well(on, 'dpkg --list sallyport')).includes(`ii  sallyport      ${failing} `);
    must(isInstalled, `dpkg does not have ${failing} as installed`);
    expectSameFacts(before, await factsOf(on), version, before.schema);
    say(`away from ${failing}, which does not come up, by itself in ${seconds(fromMs)}`);
    const invocation = (): Promise<string> => well(on, 'systemctl show --property=InvocationID sallyport');
    const server = await invocation();
    for (const again of ['dpkg --configure -a', 'dpkg-reconfigure sallyport', `dpkg -i ${file}`]) await well(on, again);
    must((await invocation()) === server, 'the packager tried the release again');
    must((await on.sh('sallyport release failure')).status === 1, 'the failure is not told');
  }
  await well(on, 'sallyport release put-aside --reason "the next one is on its way"');
  await well(on, `dpkg -i /mnt/stick/${basename(place.deb)}`);
  expectSameFacts(before, await factsOf(on), version, before.schema);
  return times;
}

/** Ends by itself when the machine starts, forward and back, what no command is there any more to end. */
async function endedAtBoot(place: Place, machine: string, next: Next, before: Facts): Promise<void> {
  const file = stateFile(machine);
  const reopen = (state: string): void =>
    writeFileSync(file, readFileSync(file, 'utf8').replace('"state": "done"', state));
  let on = await bootRoot(machine, place.stick);
  await well(on, `dpkg -i ${next.package}`);
  for (const [state, release, schema] of [
    ['"state": "open"', next.version, before.schema + 1],
    ['"state": "open", "reason": "it prints nothing"', place.version, before.schema],
  ] as const) {
    await on.cut();
    reopen(state);
    on = await bootRoot(machine, place.stick);
    expectSameFacts(before, await factsOf(on), release, schema);
    must(!readFileSync(file, 'utf8').includes('"open"'), 'the start of the machine did not end the upgrade');
  }
  await on.powerOff();
  place.say('an upgrade that was cut off is ended by the next start of the machine, forward and back');
}

export async function upgrades(place: Place): Promise<void> {
  const { base, stick, work, deb, version, say } = place;
  const [golden, machine] = [join(work, 'golden'), join(work, 'machine')];
  const { content } = await freezeSite(version, say);
  copyOf(base, golden);
  let on = await bootRoot(golden, stick);
  await well(on, `dpkg -i /mnt/stick/${basename(deb)}`);
  layFrozenSite(version, join(golden, 'var/lib/sallyport'));
  await well(on, 'chown -R sallyport: /var/lib/sallyport && sallyport setup --address localhost --port 443 --yes');
  const before = await factsOf(on);
  expectSameContent(content, before.content);
  await on.powerOff();
  const { devices, controllers } = content;
  say(
    `release ${version} with the frozen site: ${devices.length} devices, ${controllers.length} controllers, schema ${before.schema}`,
  );
  const next = layNext(place, before.schema + 1);

  copyOf(golden, machine);
  on = await bootRoot(machine, stick);
  let times = await upAndBack(on, machine, place, next, before);
  await on.powerOff();
  on = await bootRoot(machine, stick);
  expectSameFacts(before, await factsOf(on), version, before.schema);
  await on.powerOff();
  say('all of it is there after a reboot');
  await endedAtBoot(place, machine, next.good, before);

  const chance = random(seed);
  const seen = { old: 0, new: 0 };
  for (let cut = 0; cut < cuts; cut += 1) {
    copyOf(golden, machine);
    on = await bootRoot(machine, stick);
    await factsOf(on);
    // Half of them within the trial, half within the switch: how long either takes depends on the load of the computer that tests.
    const inSwitch = cut % 2 === 1;
    const afterMs = ((inSwitch ? times.switchMs : times.trialMs) * (cut + chance.next())) / cuts;
    await cutWithin(on, `dpkg -i ${next.good.package}`, afterMs, inSwitch ? () => switching(machine) : undefined);
    on = await bootRoot(machine, stick);
    const after = await factsOf(on);
    const isOld = after.release === version;
    expectSameFacts(before, after, isOld ? version : next.good.version, before.schema + (isOld ? 0 : 1));
    seen[isOld ? 'old' : 'new'] += 1;
    // What a person does next.
    if (isOld) times = await upgradeTimed(on, machine, next.good);
    else await well(on, `dpkg -i ${next.good.package}`);
    expectSameFacts(before, await factsOf(on), next.good.version, before.schema + 1);
    await on.cut();
    say(
      `power cut ${cut + 1} of ${cuts}, ${(afterMs / 1000).toFixed(2)} s after ${inSwitch ? 'the switch began' : 'the order'}: ${after.release} comes up, and the upgrade is made again`,
    );
  }
  say(`${cuts} power cuts (seed ${seed}): ${seen.old} times the release of before came up, ${seen.new} times the next`);
  must(seen.old > 0 && seen.new > 0, 'all cuts fell on one side of the switch');
}
