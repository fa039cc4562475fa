import { describe, expect, it } from 'vitest';
import { systemActor } from '../../engine/objects/types.ts';
import { navigationBadges } from './badges.ts';

type Parts = Parameters<typeof navigationBadges>[0];
type Actor = Parameters<ReturnType<typeof navigationBadges>>[0];

describe('the navigation', () => {
  const open = (looksMs: number) => {
    const site = { nowMs: 1_000_000, due: 1, looks: 0 };
    const parts = {
      worklist: {
        list: ({ id }: Actor) => {
          site.looks += 1;
          site.nowMs += looksMs;
          const item = { band: 'now', isPutOff: false };
          const others = [
            { ...item, isPutOff: true },
            { ...item, band: 'today' },
          ];
          return id === 'nothing' ? others : [...Array.from({ length: site.due }, () => item), ...others];
        },
      },
      exchange: { state: () => ({ openRequests: [1, 2] }) },
      jobs: { list: () => [{ state: 'running' }, { state: 'done' }] },
      clock: () => site.nowMs,
    } as unknown as Parts;
    return { site, badges: navigationBadges(parts, (_, read) => read()) };
  };

  it('counts the work that is to be done now and was not put off, and what is between the sites', () => {
    const { badges } = open(0);
    expect(badges(systemActor)).toEqual({
      work: { level: 'critical', count: 1 },
      exchange: { level: 'running', count: 3 },
    });
    expect(badges({ ...systemActor, id: 'nothing', rights: new Set(['devices:read']) })).toEqual({
      work: { level: 'critical', count: 0 },
    });
  });

  it('looks at a slow worklist again only after fifty times as long, for each reader, and not by a clock that was set back', () => {
    const { site, badges } = open(20);
    const due = (actor: Actor = systemActor) => badges(actor).work?.count;
    expect(due()).toBe(1);
    site.due = 2;
    site.nowMs += 999;
    expect([due(), due({ ...systemActor, id: 'another' }), site.looks]).toEqual([1, 2, 2]);
    site.nowMs += 1;
    expect([due(), site.looks]).toEqual([2, 3]);
    site.due = 3;
    site.nowMs -= 500_000;
    expect(due()).toBe(3);
  });
});
