import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { releaseKeysIn, writeReleaseOf, writeSums } from '../../scripts/packages/sums.ts';
import { keyIn } from './artefacts.ts';
import { bootRoot } from './booted-root.ts';
import { connectedHost } from './connected-host.ts';
import { makeNextRelease, type NextRelease } from './next-release.ts';
import { copyOf, must, type Place } from './place.ts';
import { expectSameContent, factsOf, installFilled, layContent, well } from './site.ts';

// Releases that bundles bring: the connected host keeps the signed file of one, a bundle carries it, root installs it from the site's
// store by dpkg. One that does not come up goes back by itself, then one that does stays, also over a start of the machine.

/** Makes the signed file of a next release and gives its path. */
async function releaseFile(place: Place, to: string, schema: number, server: NextRelease['server']): Promise<string> {
  const { work, deb, version } = place;
  const folder = join(work, `release-${to}`);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
  const out = join(folder, basename(deb).replace(version, to));
  makeNextRelease({ deb, from: version, to, schema, server }, join(work, 'next'), out);
  const keys = await releaseKeysIn(keyIn(join(work, 'key')));
  await writeSums(folder, keys);
  return writeReleaseOf(folder, { version: to, epoch: Math.floor(nowMs() / 1_000), key: keys.signing });
}

export async function bundledRelease(place: Place): Promise<void> {
  const { base, stick, work, version, say } = place;
  const machine = join(work, 'machine');
  layContent(join(stick, 'content'), base);
  copyOf(base, machine);
  let on = await bootRoot(machine, stick);
  await installFilled(on);
  const before = await factsOf(on);

  const host = connectedHost(join(work, 'host'));
  const trust = host.run<{ fingerprint: string }>('trust', 'export', '--out', join(stick, 'trust.tar'));
  await well(on, `sallyport trust import /mnt/stick/trust.tar --fingerprint ${trust.fingerprint}`);
  const card = JSON.parse(await well(on, 'sallyport site-card export --out /root/card.json --json 2>/dev/null')) as {
    fingerprint: string;
  };
  host.run('site', 'add', join(machine, 'root/card.json'), '--fingerprint', card.fingerprint);

  const [major, minor] = version.split('.').map(Number);
  const publicKey = keyIn(join(work, 'key')).replace(/\.key$/, '.pub');
  /** Brings a release to the site as people do, with a request and a bundle. */
  const bring = async (to: string, server: NextRelease['server']): Promise<void> => {
    host.run('release', 'add', await releaseFile(place, to, before.schema + 1, server), '--release-key', publicKey);
    const [asked, answered] = [join(machine, 'root/medium'), join(stick, `medium-${to}`)];
    await well(on, 'rm -rf /root/medium; mkdir /root/medium; sallyport request export --out /root/medium');
    cpSync(asked, answered, { recursive: true });
    const given = ['--media', answered, '--curator-key', host.curator, '--release', to];
    const { bundles } = host.run<{ bundles: unknown[] }>('fulfil', ...given);
    must(bundles.length === 1, 'the request was not answered');
    await well(on, `sallyport bundle import /mnt/stick/medium-${to}`);
    const { rows } = JSON.parse(await well(on, 'sallyport release list --json 2>/dev/null')) as {
      rows: { version: string; state: string }[];
    };
    must(
      rows.some((row) => row.version === to && row.state === 'staged'),
      `release ${to} is not staged: ${JSON.stringify(rows)}`,
    );
    say(`a bundle brought release ${to}`);
  };

  const broken = `${major}.${(minor ?? 0) + 1}.0`;
  await bring(broken, 'does not listen');
  const failed = await on.sh(`sallyport release install ${broken}`);
  must(failed.status === 1, `installing ${broken}, which does not come up, ended with ${failed.status}`);
  must(failed.text.includes(`release ${version} serves again`), `the way back was not told: ${failed.text}`);
  const back = await factsOf(on);
  must(back.release === version && back.schema === before.schema, `release ${back.release}, schema ${back.schema}`);
  expectSameContent(before.content, back.content);
  say(`release install ${broken}, which does not come up: ${version} serves again by itself`);

  const good = `${major}.${(minor ?? 0) + 2}.0`;
  await bring(good, 'serves');
  await well(on, `sallyport release install ${good}`);
  const isInstalled = async (): Promise<void> => {
    const after = await factsOf(on);
    must(after.release === good && after.schema === before.schema + 1, `${after.release}, schema ${after.schema}`);
    expectSameContent(before.content, after.content);
  };
  await isInstalled();
  const known = await well(on, 'dpkg --status sallyport');
  must(known.includes('Status: install ok installed') && known.includes(`Version: ${good}\n`), `dpkg: ${known}`);
  await on.powerOff();
  on = await bootRoot(machine, stick);
  await isInstalled();
  await on.powerOff();
  say(`release install ${good} by dpkg: it serves, also after the next start of the machine`);
}
