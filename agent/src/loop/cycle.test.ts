import { join } from 'node:path';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import type { Section } from '../collectors/all.ts';
import { AgentError } from '../errors.ts';
import { openPolicy } from '../state/policy.ts';
import { openSpool } from '../state/spool.ts';
import type { Client } from './client.ts';
import { agentCycle } from './cycle.ts';

// Which calls the sections of a turn make; what the appliance does with them is proved in test/integration.

let folder = '';
beforeEach(() => {
  folder = ownFolder('cycle');
});

const sectionOf = (collection: string): Section => {
  const items = [{ name: collection }];
  return { collection, hash: sectionHash(items), collectedAt: '2026-11-24T10:00:00Z', items };
};
const names = ['identity', 'software', 'accounts'];
const answer = (code: string): AgentError => new AgentError('ANSWER', `${code}: no`);
const unexpected = (): never => {
  throw new Error('not in this test');
};

/** An agent beside a server that answers as told, and the calls that came. */
const playedAgent = (putSections: Client['putSections']) => {
  const calls: string[][] = [];
  const sections = new Map(names.map((name) => [name, sectionOf(name)]));
  const client: Client = {
    site: unexpected,
    enrol: unexpected,
    renew: unexpected,
    sendResult: unexpected,
    sendEvents: unexpected,
    checkIn: () => Promise.resolve({ now: '', next: 60, want: names, cancel: [], live: [] }),
    putSections: (call) => {
      calls.push(call.map(({ section }) => section.collection));
      return putSections(call);
    },
  };
  const cycle = agentCycle({
    client,
    nextCheckIn: () => ({ bootId: 'b', seq: 1, version: '1', sections: {} }),
    inventory: {
      collect: () => Promise.resolve(),
      hurry: () => undefined,
      sections: () => sections,
      hashes: () => Object.fromEntries([...sections].map(([name, { hash }]) => [name, hash])),
    },
    spool: openSpool(join(folder, 'spool')),
    tasks: {
      recover: unexpected,
      heard: unexpected,
      current: () => undefined,
      accept: unexpected,
      cancel: () => undefined,
    },
    policy: openPolicy(join(folder, 'policy.json')),
    log: () => undefined,
    clock: () => 0,
  });
  return { calls, turn: async () => (await cycle({ collectAll: false, collect: false })).sent };
};

describe('the sections of a turn', () => {
  it('go together', async () => {
    const agent = playedAgent(() => Promise.resolve(new Map()));
    expect(await agent.turn()).toEqual(names);
    expect(agent.calls).toEqual([names]);
  });

  it('are not sent again soon where they were refused', async () => {
    const faults = new Map([['software', answer('INVALID')]]);
    const agent = playedAgent(() => Promise.resolve(faults));
    expect(await agent.turn()).toEqual(['identity', 'accounts']);
    expect(await agent.turn()).toEqual(['identity', 'accounts']);
    expect(agent.calls).toEqual([names, ['identity', 'accounts']]);
  });

  it('are tried each by itself where the call is refused, and the turn ends where the server is not ready', async () => {
    const refusing = playedAgent((call) =>
      call.some(({ section }) => section.collection === 'software')
        ? Promise.reject(answer('TOO_LARGE'))
        : Promise.resolve(new Map()),
    );
    expect(await refusing.turn()).toEqual(['identity', 'accounts']);
    expect(refusing.calls).toEqual([names, ...names.map((name) => [name])]);
    expect(await refusing.turn()).toEqual(['identity', 'accounts']);
    expect(refusing.calls).toHaveLength(5);
    const later = playedAgent(() => Promise.reject(new AgentError('RETRY', 'busy')));
    await expect(later.turn()).rejects.toMatchObject({ code: 'RETRY' });
    expect(later.calls).toEqual([names]);
  });
});
