import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { sha256Hex } from '@sallyport/bundle-tools/trust/hash';
import { cryptoReady, generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { agentPackages, takeAgentPackages } from './agent-packages.ts';

let folder = '';
beforeAll(async () => {
  await cryptoReady();
  folder = mkdtempSync(join(tmpdir(), 'sallyport-agent-packages-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const key = generateSigningKey();
let made = 0;

/** The file of a release with these files. */
async function releaseOf(version: string, names: readonly string[]): Promise<string> {
  made += 1;
  const from = join(folder, `release-${made}`);
  mkdirSync(from);
  const files = names.map((name) => {
    const text = `${name} of ${made}`;
    writeFileSync(join(from, name), text);
    return { name, size: text.length, sha256: sha256Hex(Buffer.from(text)) };
  });
  const manifest = { format: 'sallyport-release/1', version, released_at: '2026-05-01T12:00:00Z', files } as const;
  return writeReleaseFile({ out: from, manifest: { ...manifest, files }, folder: from, key });
}

const all = [
  'SHA256SUMS',
  'sallyport-agent-0.9.0-1.x86_64.rpm',
  'sallyport-agent_0.9.0_amd64.deb',
  'sallyport-agent_0.9.0_arm64.deb',
  'sallyport-agent_0.9.0_x64.msi',
  'sallyport_0.9.0_amd64.deb',
];

it('come out of the file of a release, and those of the next take their place', async () => {
  const place = join(folder, 'place');
  const packages = agentPackages(place);
  expect(packages.list()).toEqual([]);
  await takeAgentPackages(place, await releaseOf('0.9.0', all), [key.publicKey]);
  expect(packages.list().map(({ name }) => name)).toEqual(all.filter((name) => name.startsWith('sallyport-agent')));
  expect(packages.find('dpkg', 'aarch64')).toMatchObject({ name: 'sallyport-agent_0.9.0_arm64.deb', version: '0.9.0' });
  expect(packages.find('rpm', 'aarch64')).toBeUndefined();
  expect(packages.path('../place/sallyport-agent_0.9.0_amd64.deb')).toBeUndefined();

  await takeAgentPackages(place, await releaseOf('0.10.0', ['sallyport-agent_0.10.0_amd64.deb']), [key.publicKey]);
  expect(readdirSync(place)).toEqual(['sallyport-agent_0.10.0_amd64.deb']);
});

it('stay as they were where the file is not signed by the key, is damaged, or has none', async () => {
  const place = join(folder, 'kept');
  await takeAgentPackages(place, await releaseOf('0.9.0', all), [key.publicKey]);
  const before = readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')]);
  const next = await releaseOf('0.10.0', ['sallyport-agent_0.10.0_amd64.deb']);
  const damaged = join(folder, 'damaged.tar');
  const bytes = readFileSync(next);
  bytes.write('X', bytes.indexOf('sallyport-agent_0.10.0_amd64.deb of'));
  writeFileSync(damaged, bytes);
  const tries = [
    [next, generateSigningKey(), 'SIGNATURE'],
    [damaged, key, 'HASH'],
    [await releaseOf('0.11.0', ['sallyport_0.11.0_amd64.deb']), key, 'NOT_FOUND'],
  ] as const;
  for (const [file, by, code] of tries)
    await expect(takeAgentPackages(place, file, [by.publicKey])).rejects.toMatchObject({ code });
  expect(readdirSync(place).map((name) => [name, readFileSync(join(place, name), 'utf8')])).toEqual(before);
});
