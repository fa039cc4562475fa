import { renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { attempt, build, createKeys, createWorld, makeRoot, publish, siteContext, volumeOf } from '../../test/kit.ts';
import { parseChildLine } from './child-lines.ts';
import { recheckRefusal, recheckVerdict } from './recheck.ts';
import { ImportRefusal, type ImportVerdict } from './verdict.ts';

// A child that was taken over can report anything; none of it may become trust.

const b64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64');

const world = createWorld();
const outcome = await attempt(world, volumeOf(await build(world)));
if (outcome.verdict === undefined) throw new Error(outcome.message);
const { verdict, staging } = { verdict: outcome.verdict, staging: outcome.staging };
afterAll(() => world.remove());

const recheck = (changed: Partial<ImportVerdict> = {}, context = siteContext(world)) =>
  recheckVerdict({ ...verdict, ...changed }, context, staging);

describe('a verdict', () => {
  it('that is true passes', async () => {
    await expect(recheck()).resolves.toBeUndefined();
  });

  it.each([
    ['metadata of strangers', () => ({ trust: { ...verdict.trust, ...strangers() } })],
    ['a root of strangers', () => ({ newRoots: [{ version: 2, bytes: b64(makeRoot(2, createKeys())) }] })],
    ['another root', () => ({ trust: { ...verdict.trust, root: b64(makeRoot(1, createKeys())) } })],
    ['other versions', () => ({ tuf: { ...verdict.tuf, targets: 2 } })],
    ['another manifest', () => ({ manifest: { ...verdict.manifest, seq: 9 }, seq: 9 })],
    ['another number', () => ({ seq: 9 })],
    ['another bundle', () => ({ bundleId: 'f'.repeat(32) })],
    ['a broadcast', () => ({ broadcast: true })],
    ['another inventory', () => ({ inventory: { ...verdict.inventory, sha256: 'f'.repeat(64) } })],
    ['a floor in the far future', () => ({ newFloor: '2099-01-01T00:00:00Z' })],
    ['a lower floor', () => ({ newFloor: '2020-01-01T00:00:00Z' })],
    ['other expiries', () => ({ expires: { ...verdict.expires, bundle: '2099-01-01T00:00:00Z' } })],
    ['staleness that nobody accepted', () => ({ acceptedStale: true })],
    ['other warnings', () => ({ warnings: [...verdict.warnings, 'STALE'] })],
    ['a missing volume that is there', () => ({ missingVolumes: [1] })],
    ['objects left out', () => ({ objects: verdict.objects.slice(1) })],
    [
      'an object that no line lists',
      () => ({ objects: [...verdict.objects, { sha256: 'e'.repeat(64), size: 1, path: '' }] }),
    ],
    ['a volume that it does not have', () => ({ volumes: [{ n: 2, bytes: 1, sha256: 'f'.repeat(64) }] })],
    ['a volume of another size', () => ({ volumes: verdict.volumes.map((one) => ({ ...one, bytes: one.bytes + 1 })) })],
    ['a place for a volume that it does not have', () => ({ here: [1, 2] })],
    ['an import before that never was', () => ({ alreadyImported: { receipt: '7' } })],
    ['other manifest bytes', () => ({ manifestSha256: 'f'.repeat(64) })],
  ] satisfies [string, () => Partial<ImportVerdict>][])('with %s is not believed', async (_, change) => {
    await expect(recheck(change())).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it('that repeats an import is believed by its receipt', async () => {
    const repeated = { alreadyImported: { receipt: '7' } };
    const imported = (receipt: string) => siteContext(world, { imported: [{ bundleId: verdict.bundleId, receipt }] });
    await expect(recheck(repeated, imported('7'))).resolves.toBeUndefined();
    await expect(recheck(repeated, imported('8'))).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  it.each(['../../../../etc/shadow', 'f'.repeat(63), ''])('that calls a volume %j is no line of a child', (sha256) => {
    const line = (digest: string) =>
      JSON.stringify({ verdict: { ...verdict, volumes: [{ n: 1, bytes: 1, sha256: digest }] } });
    expect(() => parseChildLine(line('f'.repeat(64)))).not.toThrow();
    expect(() => parseChildLine(line(sha256))).toThrow(/sha256/);
  });

  it('of a bundle that is too old here is not believed', async () => {
    await expect(
      recheck({}, siteContext(world, { systemNow: '2098-01-01T00:00:00Z', floor: '2098-01-01T00:00:00Z' })),
    ).rejects.toMatchObject({
      code: 'INTERNAL',
    });
  });

  it('for another site, another request or an older number is not believed', async () => {
    for (const change of [{ site: 'plant-8' }, { openRequests: [] }, { seq: 5 }]) {
      await expect(recheck({}, siteContext(world, change))).rejects.toMatchObject({ code: 'INTERNAL' });
    }
  });

  it('whose files in staging were changed or are links is not believed', async () => {
    const { path } = verdict.inventory;
    renameSync(path, `${path}.good`);
    symlinkSync(`${path}.good`, path);
    await expect(recheck()).rejects.toMatchObject({ code: 'INTERNAL' });
    renameSync(`${path}.good`, path);
    const manifest = join(staging, 'prelude', 'bundle.dsse.json');
    renameSync(manifest, `${manifest}.good`);
    writeFileSync(manifest, '{}');
    await expect(recheck()).rejects.toMatchObject({ code: 'INTERNAL' });
    renameSync(`${manifest}.good`, manifest);
    await expect(recheck()).resolves.toBeUndefined();
  });
});

const strangers = () => {
  const published = publish(createKeys(), {
    version: 1,
    catalog: 1,
    inventory: world.inventory,
    policy: world.policy,
  });
  return {
    timestamp: b64(published.timestamp),
    snapshot: b64(published.snapshot),
    targets: b64(published.targets),
  };
};

describe('a refusal', () => {
  it('keeps newer roots only if they chain from the held one', () => {
    const good = [{ version: 2, bytes: b64(makeRoot(2, world.keys)) }];
    const refusal = new ImportRefusal('WRONG_SITE', 'x', { newRoots: good });
    expect(recheckRefusal(refusal, siteContext(world))).toBe(refusal);
    for (const newRoots of [
      [{ version: 2, bytes: b64(makeRoot(2, createKeys())) }],
      [{ version: 3, bytes: b64(makeRoot(3, world.keys)) }],
      [{ version: 3, bytes: b64(makeRoot(2, world.keys)) }],
      [{ version: 2, bytes: '' }],
    ]) {
      const doubted = recheckRefusal(new ImportRefusal('WRONG_SITE', 'x', { newRoots }), siteContext(world));
      expect(doubted).toMatchObject({ code: 'INTERNAL', newRoots: [] });
    }
  });
});
