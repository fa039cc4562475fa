import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { demoAdvisories } from './demo-advisories.ts';
import { demoControllers } from './demo-controllers.ts';
import { dpkgInstall, layDemoDevice } from './demo-device.ts';
import { makeDemoRepository } from './demo-repository.ts';
import { root, run, start, steps, stop } from './demo-steps.ts';

// The whole loop on this computer, both sides, under var/demo. Nothing else is changed.

const { values } = parseArgs({ options: { once: { type: 'boolean', default: false } } });
const folder = join(root, 'var/demo');
const at = (...parts: string[]) => join(folder, ...parts);
const say = (line: string) => process.stdout.write(`${line}\n`);
const step = steps(say);
const count = (value: number) => value.toLocaleString('en-US');

/** A free port of the loopback interface. */
const freePort = () =>
  new Promise<number>((resolve, reject) => {
    const probe = createServer();
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });

rmSync(folder, { recursive: true, force: true });
for (const part of ['appliance', 'host', 'medium', 'keys', 'device', 'work', 'agents', 'plant']) {
  mkdirSync(at(part), { recursive: true, mode: 0o700 });
}

const site = 'demo-1';
const data = ['--data', at('appliance')];
const state = ['--state', at('host')];
const curatorKey = at('keys/curator.json');
const demoEcosystem = 'dpkg:demo-line:1';
const demoName = 'demo-line-1';
const arch = process.arch === 'arm64' ? 'arm64' : 'amd64';
const machineId = createHash('sha256').update('sallyport demo line 1').digest('hex').slice(0, 32);

const sallyport = <T>(command: string, ...args: string[]) =>
  run<T>('sallyport', ...command.split(' '), ...data, ...args);
const host = <T>(command: string, ...args: string[]) =>
  run<T>('sallyport-bundle', ...command.split(' '), ...state, ...args);
const agent = (name: string, command: string, ...args: string[]) =>
  run('sallyport-agent', command, '--state', at('agents', name), ...args);

type Device = { id: string; name: string };
type DeviceUpdate = { update: { id: string; name: string; version: string }; isNeeded: boolean };
type Bundle = {
  path: string;
  objects: number;
  objectBytes: number;
  updates: number;
  unfulfilled: { reason: string; wants: number[] }[];
};
type Imported = { result: string; summary: { counts: Record<string, number>; advisories: number; updates: number } };

const findings = async (device: Device) =>
  (await sallyport<{ total: number }>('finding list', '--device', device.id)).total;
const missing = async (device: Device) =>
  (
    await sallyport<{ updates: DeviceUpdate[] }>('update list', '--device', device.id, '--limit', '100000')
  ).updates.filter(({ isNeeded }) => isNeeded);

const repository = await step(
  'Demo repository',
  () => makeDemoRepository({ dir: at('work/repository') }),
  ({ uri, packageName, versions }) => `${uri}, ${packageName} ${versions.join(' and ')}`,
);

// Asked for once the repository listens, which may be given any free port.
const port = await freePort();
const server = `https://127.0.0.1:${port}`;

const made = await step(
  'Appliance',
  () =>
    sallyport<{ linkPath: string; caFingerprint: string }>(
      'init',
      '--site',
      site,
      '--address',
      '127.0.0.1',
      '--address',
      'localhost',
      '--listen',
      `127.0.0.1:${port}`,
      '--window',
      'daily 00-24',
    ),
  ({ caFingerprint }) => `site ${site}, CA ${caFingerprint.slice(0, 16)}…`,
);

const plant = await step(
  'Controllers',
  () => demoControllers(at('appliance'), at('plant')),
  ({ zones, controllers, abnormal }) => `${zones} zones, ${controllers} controllers, ${abnormal} not as they should be`,
);
for (const { name, form, sha256, summary } of plant.files)
  say(
    `    ${name}: ${form}, ${summary.created} controllers new, ${summary.changed} changed, SHA-256 ${sha256.slice(0, 16)}…`,
  );

await step(
  'Root ceremony',
  () => {
    const roots = [1, 2, 3].flatMap((number) => ['--root-key', at(`keys/root-${number}.json`)]);
    return host('trust init', ...roots, '--threshold', '2', '--curator-key', curatorKey);
  },
  () => 'three root keys, two needed; one curator; all under var/demo/keys',
);

/** Each fingerprint is compared here by the program; on a site it is read out by a person. */
const introduce = async () => {
  const root = await host<{ fingerprint: string }>('trust export', '--out', at('work/trust.tar'));
  await sallyport('trust import', at('work/trust.tar'), '--fingerprint', root.fingerprint);
  const card = await sallyport<{ fingerprint: string }>('site-card export', '--out', at('work/site-card.json'));
  await host('site add', at('work/site-card.json'), '--fingerprint', card.fingerprint);
  return { root: root.fingerprint, card: card.fingerprint };
};
await step(
  'Introduction',
  introduce,
  ({ root, card }) => `root ${root.slice(0, 16)}…, site card ${card.slice(0, 16)}…`,
);

// The server prints one line when it listens; what follows is its log.
const serverLines: string[] = [];
const appliance = start('sallyport', ['serve', ...data], (line) => serverLines.push(line));
const waitForServer = async () => {
  for (let tries = 0; tries < 400; tries += 1) {
    if (serverLines.some((line) => line.includes('listening'))) return;
    if (appliance.exitCode !== null) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`the appliance did not start:\n${serverLines.join('\n')}`);
};

/** This computer, observed only, and a device whose root is a folder with one package. */
const enrolBoth = async () => {
  const tokenArgs = ['--for', 'agent', '--uses', '2', '--approve', 'auto', '--out', at('work/token')];
  const { fingerprint } = await sallyport<{ fingerprint: string }>('token create', ...tokenArgs);
  const { suites, uri: repositoryUri, keyring, debs } = repository;
  layDemoDevice({ root: at('device'), hostname: demoName, machineId, suites, repositoryUri, keyring });
  dpkgInstall(at('device'), debs[0]?.path ?? '');
  const enrol = ['--server', server, '--token-file', at('work/token/secret'), '--fingerprint', fingerprint];
  await agent('this-computer', 'enrol', ...enrol, '--observe-only');
  await agent('demo-device', 'enrol', ...enrol, '--root', at('device'));
  await agent('this-computer', 'once');
  await agent('demo-device', 'once');
  const { items: listed } = await sallyport<{ items: Device[] }>('device list');
  const demo = listed.find(({ name }) => name === demoName);
  const here = listed.find(({ name }) => name !== demoName);
  if (demo === undefined || here === undefined) throw new Error(`two devices were expected: ${JSON.stringify(listed)}`);
  return { demo, here };
};

/** The demo's repository and advisory; this computer's own signed Debian sources where they answer. */
const addSources = async () => {
  const { uri, suites, component, keyring, packageName, versions } = repository;
  const suiteArgs = suites.flatMap((suite) => ['--suite', suite]);
  await host(
    'source add',
    'apt',
    'demo-line',
    '--uri',
    uri,
    ...suiteArgs,
    '--component',
    component,
    '--keyring',
    keyring,
  );
  await host(
    'source add',
    'osv',
    'demo',
    demoAdvisories(at('work/advisories'), demoEcosystem, packageName, versions[1] ?? ''),
  );
  // Its few advisories are all that there are of the demo's system.
  await host('source sync', 'demo', '--arch', arch);
  await host('source whole', demoEcosystem);
  if (!existsSync('/etc/debian_version')) return 'sample';
  try {
    await host('source add', 'apt', 'system', '--system');
    await host('source sync', 'system', '--arch', arch);
    return "this computer's own Debian sources and the demo's repository";
  } catch (error) {
    say(
      `    this computer's sources do not answer: ${error instanceof Error ? (error.message.split('\n')[1] ?? '') : String(error)}`,
    );
    const { sources } = await host<{ sources: { name: string }[] }>('source list');
    if (sources.some(({ name }) => name.startsWith('system'))) await host('source remove', 'system');
    return 'sample';
  }
};

const loop = async () => {
  await step('Server', waitForServer, () => server);
  const { demo, here } = await step(
    'Agents',
    enrolBoth,
    (both) => `${both.here.name} (observed only), ${both.demo.name}`,
  );
  const register = await sallyport<{ entries: { name: string; pillar: string; rows: number }[] }>('provision show');
  const collections = register.entries.filter(({ pillar }) => pillar === 'inventory');
  say(`    inventory: ${collections.map(({ name, rows }) => `${name} ${count(rows)}`).join(', ')}`);
  const packages = collections.find(({ name }) => name === 'software')?.rows ?? 0;

  await step(
    'Request',
    () => sallyport<{ number: number; path: string; sizeBytes: number }>('request export', '--out', at('medium')),
    (written) => `number ${written.number}, ${count(written.sizeBytes)} bytes, sealed, on var/demo/medium`,
  );
  await step('Sources', addSources, (which) => which);
  const { bundles } = await step(
    'Catalog, signature, bundle',
    () => host<{ bundles: Bundle[] }>('fulfil', '--media', at('medium'), '--curator-key', curatorKey),
    (answer) =>
      answer.bundles
        .map((one) => `${count(one.updates)} updates, ${count(one.objects)} objects, ${count(one.objectBytes)} bytes`)
        .join('; '),
  );
  const [bundle] = bundles;
  if (bundle === undefined) throw new Error('the request was not answered');
  for (const { reason, wants } of bundle.unfulfilled) say(`    not fulfilled: ${reason}, ${count(wants.length)} wants`);

  const before = [await findings(here), await findings(demo)];
  const { summary } = await step(
    'Import',
    () => sallyport<Imported>('bundle import', bundle.path),
    (done) =>
      `${done.result}, ${count(done.summary.counts['new'] ?? 0)} objects new, ${count(done.summary.advisories)} advisories, ${count(done.summary.updates)} updates`,
  );
  const after = [await findings(here), await findings(demo)];
  const lacking = await missing(here);
  say(
    `    this computer: ${count(before[0] ?? 0)} findings before, ${count(after[0] ?? 0)} after; ${count(lacking.length)} updates missing`,
  );
  say(`    ${demo.name}: ${count(before[1] ?? 0)} findings before, ${count(after[1] ?? 0)} after`);

  const deploy = async () => {
    const [wanted] = await missing(demo);
    if (wanted === undefined) throw new Error('the demo device needs no update');
    await sallyport('update approve', wanted.update.id);
    await sallyport('deployment create', '--update', wanted.update.id, '--device', demo.id);
    return wanted.update;
  };
  await step('Approve and deploy', deploy, (update) => `${update.name} ${update.version} to ${demo.name}`);
  const verify = async () => {
    await agent('demo-device', 'once');
    await agent('demo-device', 'once');
    const [deployment] = await sallyport<{ counts: Record<string, number> }[]>('deployment list');
    if (deployment?.counts['verified'] !== 1) throw new Error(`not verified: ${JSON.stringify(deployment)}`);
    return findings(demo);
  };
  const left = await step(
    'Installed and verified',
    verify,
    (open) => `by the next inventory; ${count(open)} findings left on ${demo.name}`,
  );
  say('');
  say(
    `${count(packages)} packages, ${count(summary.updates)} updates, ${count(summary.counts['new'] ?? 0)} objects, ` +
      `${count((before[0] ?? 0) + (before[1] ?? 0))} findings before, ${count((after[0] ?? 0) + (after[1] ?? 0))} after the import, ${count((after[0] ?? 0) + left)} after the installation`,
  );
};

let isEnding = false;
const finish = async () => {
  if (isEnding) return;
  isEnding = true;
  await stop(appliance);
  await repository.close();
};
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void finish());

try {
  await loop();
} catch (error) {
  await finish();
  throw error;
}
if (values.once) await finish();
else {
  say('');
  say(`Console  ${server}`);
  say(`Log in   ${server}${made.linkPath}   (once)`);
  say('Ctrl-C ends it.');
}
