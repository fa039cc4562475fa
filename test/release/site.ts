import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/sources.ts';
import type { BootedRoot } from './booted-root.ts';
import { type Content, contentOf } from './content.ts';

// A site on a machine of the release test: what is put into it by commands, and what has to be in it afterwards.

const inventories = 3;

/** Runs a script that has to end well; what it said. */
export async function well(on: BootedRoot, script: string): Promise<string> {
  const { status, text } = await on.sh(script);
  if (status !== 0) throw new Error(`${script}\nended with ${status}:\n${text}`);
  return text;
}

/** Lays files for `fill` into a folder: inventories of computers that have a Debian each, and a table of controllers. */
export function layContent(folder: string, debian: string): void {
  mkdirSync(folder, { recursive: true });
  for (let number = 1; number <= inventories; number += 1) {
    const root = join(folder, 'root');
    for (const part of ['etc', 'var/lib/dpkg']) mkdirSync(join(root, part), { recursive: true });
    writeFileSync(join(root, 'etc/hostname'), `line-${number}\n`);
    writeFileSync(join(root, 'etc/machine-id'), `${`${number}`.padStart(32, '0')}\n`);
    for (const file of ['etc/os-release', 'var/lib/dpkg/status']) copyFileSync(join(debian, file), join(root, file));
    const agent = join(repositoryRoot, 'agent/bin/sallyport-agent.js');
    execFileSync(process.execPath, [agent, 'once', '--root', root, '--out', join(folder, `line-${number}.json`)]);
    rmSync(root, { recursive: true });
  }
  const rows = ['Name,Manufacturer,Model,IP address', 'PLC-1,Siemens,6ES7 315-2EH14-0AB0,192.0.2.11'];
  writeFileSync(join(folder, 'controllers.csv'), `${rows.join('\n')}\n`);
}

const listed = (on: BootedRoot): Promise<Content> =>
  contentOf(async <T>(...line: string[]) => JSON.parse(await well(on, `sallyport ${line.join(' ')} --json`)) as T);

/** Installs as an administrator does, from the stick, and fills the site; the recovery key. */
export async function installFilled(on: BootedRoot): Promise<string> {
  const installed = await well(
    on,
    'sh /mnt/stick/install.sh appliance --fingerprint "$(cat /mnt/stick/fingerprint)" -- --site aqtau-1 --address localhost --yes',
  );
  await well(on, 'sallyport inventory import --approve /mnt/stick/content/*.json');
  await well(on, 'sallyport controller import /mnt/stick/content/controllers.csv');
  const list = JSON.parse(await well(on, 'sallyport device list --json')) as { items: { id: string }[] };
  await well(on, `sallyport tag add line ${list.items.map(({ id }) => id).join(' ')}`);
  const { devices, controllers, tags } = await listed(on);
  if (devices.length !== inventories || controllers.length !== 1 || tags.length !== 1)
    throw new Error(`not all was put in: ${devices.join(', ')}; ${controllers.length} controllers; ${tags.join(', ')}`);
  const file = /^recovery key +in (\S+), not confirmed/m.exec(installed)?.[1] ?? '';
  return (await well(on, `grep -E '^([0-9a-f]{4}-){15}' ${file}`)).trim();
}

export type Facts = { release: string; schema: number; content: Content };

const pageOf =
  'NODE_TLS_REJECT_UNAUTHORIZED=0 /opt/sallyport/current/node_modules/.bin/node --no-warnings -e ' +
  `"fetch('https://127.0.0.1/login').then((a) => console.log(a.status), (e) => console.log(e.cause.code))"`;

/** Waits until the page of log-in is served; an error after 60 looks, a second between two. */
export async function pageServed(on: BootedRoot): Promise<void> {
  const page = await on.sh(
    `for i in $(seq 60); do [ "$(${pageOf})" = 200 ] && exit 0; sleep 1; done; ${pageOf}; exit 1`,
  );
  if (page.status !== 0) throw new Error(`the page of log-in is not served: ${page.text}`);
}

/**
 * What a machine serves and holds. An error where the page of log-in is not served within a minute, doctor finds something, a unit
 * has failed, or a file is not the service's user's.
 */
export async function factsOf(on: BootedRoot): Promise<Facts> {
  await pageServed(on);
  const state = (await on.sh('systemctl is-system-running')).text.trim();
  if (state !== 'running') throw new Error(`the system is ${state}: ${(await on.sh('systemctl --failed')).text}`);
  const version = JSON.parse(await well(on, 'sallyport version --json')) as {
    release: string;
    database: { schema: number };
  };
  await well(on, 'sallyport doctor --json');
  const others = (await on.sh('find /var/lib/sallyport ! -user sallyport')).text;
  if (others !== '') throw new Error(`of another owner: ${others}`);
  return { release: version.release, schema: version.database.schema, content: await listed(on) };
}

/** An error where what was put in is not there any more, or not the same. */
export function expectSameContent(before: Content, after: Content): void {
  const [was, is] = [before, after].map((content) => JSON.stringify(content));
  if (was !== is) throw new Error(`it was ${was} and is ${is}`);
}

/** The same but for the journal, served by `release` with `schema`: nothing that was put in is missing or changed. */
export function expectSameFacts(before: Facts, after: Facts, release: string, schema: number): void {
  if (after.release !== release) throw new Error(`release ${after.release} serves, not ${release}`);
  if (after.schema !== schema) throw new Error(`the database has schema ${after.schema}, not ${schema}`);
  expectSameContent(before.content, after.content);
}
