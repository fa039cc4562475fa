import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { makeDeb } from './deb.ts';
import { agentBlob, agentComponents, makeExecutable } from './executable.ts';
import { readLock } from './locked.ts';
import { makeMsi } from './msi.ts';
import { nodePackage } from './node-package.ts';
import { packageSpecs } from './package-spec.ts';
import { makeRpm } from './rpm.ts';
import { sbomOf } from './sbom.ts';
import { type Release, type Staged, stage } from './stage.ts';
import { releaseKeysIn, writeReleaseOf, writeSums } from './sums.ts';

// `make dist`: every artefact of a release in one folder, the same bytes for the same commit.

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'dist');
/** For a try: `sallyport-host:x64` and its like instead of all. */
const wanted = process.argv.slice(2);
const work = join(root, 'var/dist');

const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const given = process.env['SOURCE_DATE_EPOCH'];
const commit = (): string => execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
const keyPath = process.env['RELEASE_KEY'];
const keys = keyPath === undefined ? undefined : await releaseKeysIn(keyPath);
const release: Release = {
  root,
  version,
  epoch: Number(given ?? commit()),
  lock: readLock(root),
  cache: join(root, 'var/npm-packages'),
  releaseKey: keys?.signing.publicKey,
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const parts: Pick<Staged, 'spec' | 'components'>[] = [];
for (const spec of packageSpecs)
  for (const arch of ['x64', 'arm64'] as const) {
    if (wanted.length > 0 && !wanted.includes(`${spec.name}:${arch}`)) continue;
    const staged = await stage(spec, arch, join(work, `${spec.name}-${arch}`), release);
    makeDeb(staged, out, release);
    makeRpm(staged, out, release);
    rmSync(staged.folder, { recursive: true });
    parts.push(staged);
  }
const agent = packageSpecs.find(({ name }) => name === 'sallyport-agent');
if (agent !== undefined && (wanted.length === 0 || wanted.includes('sallyport-agent:windows'))) {
  const folder = join(work, 'windows');
  const blob = await agentBlob(root, version, folder);
  const [certificate, key] = [process.env['WINDOWS_CERTIFICATE'], process.env['WINDOWS_KEY']];
  const executable = join(folder, 'sallyport-agent.exe');
  makeExecutable(
    root,
    blob,
    join(nodePackage(root, release.lock, 'win-x64', release.cache), 'bin/node.exe'),
    executable,
  );
  makeMsi({
    root,
    version,
    epoch: release.epoch,
    agent: executable,
    work: folder,
    out: join(out, `sallyport-agent_${version}_x64.msi`),
    key: certificate === undefined || key === undefined ? undefined : { certificate, key },
  });
  parts.push({ spec: agent, components: agentComponents(release.lock, 'win-x64') });
  rmSync(folder, { recursive: true });
}
const collector = readFileSync(join(root, 'packaging/windows/sallyport-collect.ps1'), 'utf8');
writeFileSync(join(out, 'sallyport-collect.ps1'), collector.replaceAll('@VERSION@', version));
writeFileSync(join(out, `sallyport-${version}.cdx.json`), sbomOf(release, parts));
cpSync(join(root, 'packaging/install.sh'), join(out, 'install.sh'));
const fingerprints = await writeSums(out, keys);
if (keys !== undefined) await writeReleaseOf(out, { version, epoch: release.epoch, key: keys.signing });
for (const name of readdirSync(out).sort())
  process.stdout.write(`${`${statSync(join(out, name)).size}`.padStart(10)}  ${name}\n`);
process.stdout.write(
  fingerprints === undefined
    ? 'not signed: RELEASE_KEY=FILE names the key (sallyport-bundle trust key create --for release)\n'
    : `fingerprint of the release key: ${fingerprints.release}\n${
        fingerprints.fallback === undefined
          ? 'no fallback signature: the key has no fallback key beside it, and systems with OpenSSL 1.1.1 cannot check this release\n'
          : `fingerprint of the fallback key (P-256): ${fingerprints.fallback}\n`
      }`,
);
