import { join } from 'node:path';
import type { Task } from '@sallyport/bundle-tools/protocol/task';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import type { MoveContext } from '../actions/move-server.ts';
import { AgentError } from '../errors.ts';
import type { Connection } from '../platform/connect.ts';
import { rootFiles } from '../platform/root-files.ts';
import { openJournal } from '../state/journal.ts';
import { openSpool } from '../state/spool.ts';
import { openTrust } from '../trust/held.ts';
import { type TaskRunner, taskRunner } from './tasks.ts';

// The queue of one device; what verification and dpkg do is proved against a real appliance in test/integration.

let folder = '';
beforeEach(() => {
  folder = ownFolder('tasks');
});

const task = (n: number, attempt = 1): Task => ({
  id: n.toString(16).padStart(32, '0'),
  attempt,
  action: 'install-package',
  update: 'u',
  package: { name: 'p', version: '1', arch: 'all' },
  objects: [{ sha256: 'a'.repeat(64), size: 1 }],
  successExit: [0],
  restartExit: [],
  timeoutMs: 1000,
});

const open = (over: { bootId?: string; observeOnly?: boolean; onCall?: () => void; move?: MoveContext } = {}) => {
  const spool = openSpool(join(folder, 'spool'));
  const journal = openJournal(join(folder, 'tasks'));
  const refuse = (): never => {
    over.onCall?.();
    throw new AgentError('ANSWER', 'no such file');
  };
  const connection: Connection = { call: async () => refuse(), download: async () => refuse(), close: () => undefined };
  const trust = openTrust(join(folder, 'trust'));
  const runner = taskRunner({
    journal,
    spool,
    log: () => undefined,
    bootId: over.bootId ?? 'boot',
    observeOnly: over.observeOnly ?? false,
    context: { files: rootFiles(folder), connection, trust, stateFolder: folder, workFolder: folder },
    move: over.move ?? { server: () => 'https://a', checkInAt: async () => refuse(), moveTo: () => undefined },
    logFolder: join(folder, 'log'),
    products: join(folder, 'products'),
    onProducts: () => undefined,
  });
  const results = () =>
    spool
      .take('result', 100)
      .map(({ entry }) =>
        entry.kind === 'result' ? [Number.parseInt(entry.task, 16), entry.result.state, entry.result.code] : [],
      );
  return { runner, results, journal };
};

describe('the tasks of a device', () => {
  it('without a pinned root end before anything is fetched', async () => {
    let calls = 0;
    const { runner, results } = open({ onCall: () => (calls += 1) });
    await runner.accept(task(1));
    expect(results()).toEqual([[1, 'failed', 'ROOT_CHAIN']]);
    expect(calls).toBe(0);
  });

  it('are run once per attempt; a repeat sends the result again', async () => {
    const { runner, results, journal } = open();
    await runner.accept(task(1));
    await runner.accept(task(1));
    expect(results()).toHaveLength(2);
    await runner.accept(task(1, 2));
    expect(results()).toHaveLength(3);
    expect(journal.find(task(1).id)?.task.attempt).toBe(2);
  });

  it('one at a time', async () => {
    const held: { runner?: TaskRunner } = {};
    const { runner, results } = open({ observeOnly: false });
    held.runner = runner;
    const first = runner.accept(task(1));
    expect(runner.current()).toEqual({ id: task(1).id, state: 'running' });
    await runner.accept(task(2));
    await first;
    expect(results().map(([id]) => id)).toEqual([1]);
    expect(runner.current()).toBeUndefined();
  });

  it('that were cancelled end before the next step', async () => {
    const { runner, results } = open();
    const running = runner.accept(task(1));
    runner.cancel([task(1).id, task(2).id]);
    await running;
    // The first step had begun; had it succeeded, the second would have said CANCELLED.
    expect(results()).toEqual([[1, 'failed', 'ROOT_CHAIN']]);
    await runner.accept(task(2));
    expect(results().at(-1)).toEqual([2, 'failed', 'ROOT_CHAIN']);
  });

  it('of an unknown kind are reported', async () => {
    const { runner, results } = open();
    await runner.accept({ ...task(3), action: 'format-disk' });
    expect(results()).toEqual([[3, 'failed', 'UNKNOWN_ACTION']]);
  });

  it('are refused by an agent that observes only', async () => {
    const { runner, results } = open({ observeOnly: true });
    await runner.accept(task(4));
    expect(results()).toEqual([[4, 'failed', 'OBSERVE_ONLY']]);
  });

  it('found running at the start have failed; a wanted restart is checked in another boot only', () => {
    const { journal } = open();
    journal.write({ task: task(1), state: 'running', bootId: 'boot' });
    journal.write({
      task: task(2),
      state: 'restarting',
      bootId: 'boot',
      result: { attempt: 1, steps: [], state: 'restarting' },
    });
    const same = open();
    same.runner.recover();
    expect(same.results()).toEqual([[1, 'failed', 'AGENT_RESTARTED']]);
    expect(same.runner.current()).toEqual({ id: task(2).id, state: 'restarting' });
    const next = open({ bootId: 'next' });
    next.runner.recover();
    expect(next.results().at(-1)).toEqual([2, 'failed', 'NOT_INSTALLED']);
    expect(next.runner.current()).toBeUndefined();
  });

  describe('that order another address', () => {
    const order = (n: number): Task => ({
      id: n.toString(16).padStart(32, '0'),
      attempt: 1,
      action: 'move-server',
      server: 'https://new:8443',
      timeoutMs: 60_000,
    });
    /** The agent's own address, and where it checked in. */
    const addresses = (answer: () => void = () => undefined) => {
      const kept = { server: 'https://old', asked: [] as string[] };
      const move: MoveContext = {
        server: () => kept.server,
        checkInAt: async (server) => {
          kept.asked.push(`${server} while ${kept.server}`);
          answer();
        },
        moveTo: (server) => {
          kept.server = server;
        },
      };
      return { kept, move };
    };

    it('keep the old one until the new one has answered', async () => {
      const { kept, move } = addresses();
      const { runner, results } = open({ move });
      await runner.accept(order(5));
      expect(kept).toEqual({ server: 'https://new:8443', asked: ['https://new:8443 while https://old'] });
      expect(results()).toEqual([[5, 'completed', undefined]]);
    });

    it('keep it for good where the new one refuses, and say so', async () => {
      const { kept, move } = addresses(() => {
        throw new AgentError('REFUSED', 'unknown certificate');
      });
      const { runner, results } = open({ move });
      await runner.accept(order(6));
      expect(kept.server).toBe('https://old');
      expect(results()).toEqual([[6, 'failed', 'NOT_MOVED']]);
    });

    it('lead to no port on which controllers speak: nothing is sent there', async () => {
      const { kept, move } = addresses();
      const { runner, results } = open({ move });
      await runner.accept({ ...order(8), server: 'https://10.0.0.1:102' } as Task);
      expect(kept).toEqual({ server: 'https://old', asked: [] });
      expect(results()).toEqual([[8, 'failed', 'NOT_MOVED']]);
    });

    it('are followed by an agent that observes only: the device stays as it is', async () => {
      const { kept, move } = addresses();
      const { runner } = open({ move, observeOnly: true });
      await runner.accept(order(7));
      expect(kept.server).toBe('https://new:8443');
    });

    it('that a crash cut off have failed before the address was kept, and are done after it', () => {
      const { kept, move } = addresses();
      const { journal } = open();
      journal.write({ task: order(8), state: 'running', bootId: 'boot' });
      const before = open({ move });
      before.runner.recover();
      expect(before.results()).toEqual([[8, 'failed', 'AGENT_RESTARTED']]);
      journal.write({ task: order(9), state: 'running', bootId: 'boot' });
      kept.server = 'https://new:8443';
      const after = open({ move });
      after.runner.recover();
      expect(after.results().at(-1)).toEqual([9, 'completed', undefined]);
    });

    it('of an address that is none are of no kind that is obeyed', async () => {
      const { kept, move } = addresses();
      const { runner, results } = open({ move });
      for (const [at, server] of [
        'http://new',
        'https://new/path',
        'https://a@new',
        '',
        `https://${'x'.repeat(600)}`,
      ].entries())
        await runner.accept({ ...order(16 + at), server } as Task);
      expect(kept.asked).toEqual([]);
      expect(results().map(([, , code]) => code)).toEqual(Array.from({ length: 5 }, () => 'UNKNOWN_ACTION'));
    });
  });
});
