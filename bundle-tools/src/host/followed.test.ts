import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { aptIndexSample, aptPackageSample } from '../../test/samples.ts';
import { silentIo } from '../cli/io.ts';
import type { SiteRequest } from '../documents/request.ts';
import type { AptIndex } from '../updates/sources/apt/source.ts';
import { listFeeds, readFeedRecords } from './feeds.ts';
import { syncSuites } from './gather-advisories.ts';
import type { AptContent } from './gather-updates.ts';
import { objectStore } from './objects.ts';
import { planRequest } from './plan-request.ts';
import { createState, type HostState } from './state.ts';

// What a host answers about the suites that a site follows, and what it keeps of those that it reads no more.

const index = (suite: string, packages: Readonly<Record<string, string>>): AptIndex =>
  aptIndexSample(
    suite,
    Object.entries(packages).map(([name, version]) => aptPackageSample(name, version)),
  );

const source = (suite: string, more: Partial<AptContent> = {}): AptContent => ({
  source: {
    name: suite,
    kind: 'apt',
    uri: 'http://host/debian',
    suites: [suite],
    components: ['main'],
    keyrings: ['k'],
  },
  indexes: [index(suite, {})],
  ...more,
});

describe('the suites that a site follows', () => {
  const platform = { vendor: 'debian', release: '13', arch: 'amd64', packages: [] };
  const answer = (suites: readonly string[], apt: readonly AptContent[]) =>
    planRequest(
      {
        platforms: [{ ...platform, suites: [...suites] }],
        wants: [{ kind: 'newer', id: '0' }, ...suites.map((suite) => ({ kind: 'suite' as const, id: `0/${suite}` }))],
        software: [],
      } as unknown as SiteRequest,
      { apt, files: [], firmware: [], feeds: new Set(), failedFeeds: new Map() },
    ).gaps.map(({ reason, wants, what, detail }) => [reason, ...wants, what, detail].join(' '));

  it('are answered each by its name', () => {
    const suites = ['trixie', 'trixie-updates', 'trixie-security'];
    expect(
      answer(
        suites,
        suites.map((suite) => source(suite)),
      ),
    ).toEqual([]);
    expect(answer(suites, [source('trixie')])).toEqual([
      'NO_SOURCE 2 Debian:13 amd64 no source has trixie-updates; add one with: source add',
      'NO_SOURCE 3 Debian:13 amd64 no source has trixie-security; add one with: source add',
    ]);
    expect(answer(suites, [])).toHaveLength(4);
  });

  it('have no source for want of one, or because it cannot be read', () => {
    const failure = { source: 'trixie-security', code: 'FETCH_FAILED', message: 'no answer' } as const;
    expect(
      answer(['trixie', 'trixie-security'], [source('trixie'), source('trixie-security', { indexes: [], failure })]),
    ).toEqual(expect.arrayContaining(['FETCH_FAILED 2 Debian:13 amd64 trixie-security: no answer']));
  });

  it('may be all of a release', () => {
    expect(answer(['*'], [source('trixie')])).toEqual([]);
    expect(answer(['*'], [])).toContain(
      'NO_SOURCE 1 Debian:13 amd64 no source has its release; add one with: source add',
    );
  });
});

describe('the feed of security suites', () => {
  let dir = '';
  let state: HostState;
  beforeEach(() => {
    dir = ownFolder('followed');
    state = createState(dir);
  });

  it('keeps what it has of a suite that no source has any more, as of then', async () => {
    const objects = objectStore(state.objects);
    const sync = async (indexes: readonly AptIndex[], now: string) => {
      await syncSuites(new Map([['Debian:13', indexes]]), { state, objects, io: silentIo, now });
      const [feed] = listFeeds(state);
      return feed === undefined
        ? []
        : [...(await readFeedRecords(objects, feed)).values()].map(({ line }) => {
            const { id, withdrawn, modified } = JSON.parse(line) as {
              id: string;
              withdrawn?: string;
              modified: string;
            };
            return [id, withdrawn === undefined ? 'open' : 'withdrawn', modified].join(' ');
          });
    };
    const security = index('trixie-security', { bash: '5.2-1' });
    const other = index('bookworm-security', { vim: '9-1' });
    const first = await sync([security, other], '2026-02-01T00:00:00Z');
    expect(first).toEqual([
      'suite:bookworm-security:vim:9-1 open 2026-01-02T03:04:05Z',
      'suite:trixie-security:bash:5.2-1 open 2026-01-02T03:04:05Z',
    ]);
    expect(await sync([other], '2026-02-02T00:00:00Z')).toEqual(first);
    expect(await sync([], '2026-02-03T00:00:00Z')).toEqual(first);
    // Read again, it says for itself what is over.
    expect(await sync([index('trixie-security', { bash: '5.2-2' }), other], '2026-02-04T00:00:00Z')).toEqual([
      first[0],
      expect.stringContaining('suite:trixie-security:bash:5.2-1 withdrawn'),
      'suite:trixie-security:bash:5.2-2 open 2026-01-02T03:04:05Z',
    ]);
  });
});
