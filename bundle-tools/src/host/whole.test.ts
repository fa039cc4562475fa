import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { advisorySample } from '../../test/samples.ts';
import { toRecord } from '../advisories/digest.ts';
import { wholeFeed } from '../advisories/whole.ts';
import { findFeed, readFeedRecords, takeFeed } from './feeds.ts';
import { objectStore } from './objects.ts';
import { parseSource } from './sources.ts';
import { createState, type HostState } from './state.ts';
import { sayWhole } from './whole.ts';

// What a curator says of the advisories of a host: that they are all that there are.

const now = '2026-01-02T00:00:00Z';
let state: HostState;
beforeEach(async () => {
  state = createState(ownFolder('whole'));
  const affected = [{ ecosystem: 'Debian:13', package: 'openssl', ranges: [], versions: ['1.0-1'] }];
  const records = [toRecord(advisorySample('A', 'debian', { affected }))];
  const content = { records, newest: now, counts: { rejected: 0, notComparable: 0 } };
  await takeFeed({ state, objects: objectStore(state.objects), feed: 'debian', content, now });
});

const say = (ecosystem: string, isWhole = true) => sayWhole({ state, ecosystem, isWhole, now });
const carried = async () => {
  const feed = findFeed(state, wholeFeed);
  if (feed === undefined) return undefined;
  const records = await readFeedRecords(objectStore(state.objects), feed);
  return [...records.values()].map(({ line }) => {
    const { whole, withdrawn } = JSON.parse(line) as { whole: object; withdrawn?: string };
    return { ...whole, isWithdrawn: withdrawn !== undefined };
  });
};

describe('an ecosystem that a curator calls whole', () => {
  it('is a record of a feed of its own, once', async () => {
    expect(await say('Debian:13')).toEqual(['Debian:13']);
    const cursor = findFeed(state, wholeFeed)?.digest;
    expect(await say('Debian:13')).toEqual(['Debian:13']);
    expect(findFeed(state, wholeFeed)?.digest).toBe(cursor);
    expect(await carried()).toEqual([{ ecosystem: 'Debian:13', isWithdrawn: false }]);
  });

  it('is taken back by a withdrawal, so that sites learn of it, and can be said again', async () => {
    await say('Debian:13');
    expect(await say('Debian:13', false)).toEqual([]);
    expect(await carried()).toEqual([{ ecosystem: 'Debian:13', isWithdrawn: true }]);
    await expect(say('Debian:13', false)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(await say('Debian:13')).toEqual(['Debian:13']);
    expect(await carried()).toEqual([{ ecosystem: 'Debian:13', isWithdrawn: false }]);
  });

  it('is one that a source here is about', async () => {
    await expect(say('Debian:12')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(findFeed(state, wholeFeed)).toBeUndefined();
  });

  it('has a feed whose name no source may take', () => {
    const source = { name: wholeFeed, kind: 'osv', location: '/srv/osv' };
    expect(() => parseSource(source)).toThrow(expect.objectContaining({ code: 'SOURCE_INVALID' }));
  });
});
