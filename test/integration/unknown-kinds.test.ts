import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { unpackDigests } from '@sallyport/bundle-tools/documents/digests';
import { openReceipt } from '@sallyport/bundle-tools/documents/receipt';
import { openSiteCard } from '@sallyport/bundle-tools/documents/site-card';
import { describe, expect, it } from 'vitest';
import { sha256, update } from '../../appliance/test/support/catalog.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { introduced } from '../../appliance/test/support/introduced.ts';
import { command } from '../support/commands.ts';

// A bundle of a host that is newer than this site: kinds of the inventory that this release does not know.

const MiB = 1024 * 1024;
const known = Buffer.from('a package');
const small = Buffer.from('of a kind of tomorrow');
/** Cut over volumes, so that one of them has nothing else. */
const large = Buffer.alloc(40 * MiB, 'tomorrow');
const both = Buffer.from('known under one label, not under the other');
const kind = 'of-tomorrow';

type Imported = {
  result: string;
  receipt: number;
  summary: { missingVolumes: number[]; volumes: number; unknownKinds?: unknown; counts: { new: number } };
};

describe('a kind of object that this release does not know', () => {
  it('is checked, not stored, not waited for, and named in the receipt; the rest is imported', async () => {
    const { site, host, medium, card } = await introduced();
    try {
      const data = ['--data', site.paths.data];
      const request = host.open(site.exchange.exportRequest(admin, medium).path, card);
      await host.publish({
        updates: [update('bash', '2-1', { files: [sha256(known)] })],
        files: [
          { path: 'updates/bash.deb', bytes: known },
          { path: 'updates/both.deb', bytes: both },
          { path: 'tomorrow/both', bytes: both, kind },
          { path: 'tomorrow/small', bytes: small, kind },
          { path: 'tomorrow/large', bytes: large, kind },
        ],
      });
      const out = join(site.folder, 'bundle');
      const { manifest } = await host.answer(out, request, { volumeBytes: 12 * MiB });
      const files = readdirSync(out).sort();
      expect(files.length).toBe(manifest.volumes.length);
      const bare = manifest.volumes.find(({ first, last }) => first === last && first > 1)?.n ?? 0;
      expect(bare).toBeGreaterThan(0);
      const carried = files.filter((name) => !name.includes(`-${bare}of`)).map((name) => join(out, name));

      // The volume that has nothing but an unknown object stays away.
      const done = await command<Imported>('sallyport', 'bundle', 'import', ...carried, ...data);
      expect(done).toMatchObject({ result: 'imported', summary: { missingVolumes: [], volumes: files.length } });
      const told = [{ kind, objects: 2, bytes: small.length + large.length }];
      expect(done.summary.unknownKinds).toEqual(told);
      expect(site.store.has(sha256(known))).toBe(true);
      expect(site.store.has(sha256(both))).toBe(true);
      for (const bytes of [small, large]) expect(site.store.has(sha256(bytes))).toBe(false);
      expect(readdirSync(site.paths.staging)).toEqual([]);

      const keys = openSiteCard(card).card.sign_keys.map((key) => Buffer.from(key, 'base64'));
      const { predicate } = openReceipt(site.exchange.receipt(done.receipt).envelope, keys);
      expect(predicate).toMatchObject({ result: 'imported', unknown_kinds: told, volumes: { missing: [] } });
      expect(predicate.counts.new).toBe(done.summary.counts.new);
      // The next request does not promise what was left.
      const next = host.open(site.exchange.exportRequest(admin, medium).path, card);
      const have = unpackDigests(Buffer.from(next.request.have, 'base64'));
      expect(have).toContain(sha256(both));
      expect(have).not.toContain(sha256(small));
    } finally {
      await site.stop();
    }
  });

  it('does not excuse bytes that are not the signed ones', async () => {
    const { site, host, medium, card } = await introduced();
    try {
      const request = host.open(site.exchange.exportRequest(admin, medium).path, card);
      await host.publish({ files: [{ path: 'tomorrow/small', bytes: small, kind }] });
      const { path } = await host.answer(join(site.folder, 'bundle'), request);
      const bytes = readFileSync(path);
      const at = bytes.indexOf(small);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      writeFileSync(path, bytes);
      await expect(command('sallyport', 'bundle', 'import', path, '--data', site.paths.data)).rejects.toThrow('HASH');
      expect(site.exchange.state().openRequests).toHaveLength(1);
    } finally {
      await site.stop();
    }
  });
});
