import { describe, expect, it } from 'vitest';
import { systemActor } from '../../engine/objects/types.ts';
import { navigationBadges } from './badges.ts';

type Parts = Parameters<typeof navigationBadges>[0];

describe('the navigation', () => {
  it('counts the devices to act on as they are now, also when nothing else has changed', () => {
    let worst = [0];
    const parts = {
      deviceQueries: { stamp: () => 'the same' },
      deviceList: { worstCounts: () => worst },
      vulnerabilities: { tallies: () => ({ matrix: { act: {}, attend: {} } }) },
      devices: { waiting: () => 1 },
      deployments: { list: () => ({ rows: [] }) },
      exchange: { state: () => ({ openRequests: [] }), knowledge: () => [] },
      jobs: { list: () => [] },
      zones: { counts: () => ({ critical: 0, warning: 0 }) },
      clock: () => 0,
    } as unknown as Parts;
    const badges = navigationBadges(parts);
    expect(badges(systemActor)).toEqual({ devices: { level: 'warning', count: 1 } });
    worst = [3, 5];
    expect(badges(systemActor)).toEqual({ devices: { level: 'critical', count: 3 } });
    expect(badges({ ...systemActor, rights: new Set(['exchange:read']) })).toEqual({});
  });
});
