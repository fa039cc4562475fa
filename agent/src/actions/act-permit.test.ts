import { describe, expect, it } from 'vitest';
import type { Reply } from '../platform/connect.ts';
import { askToAct } from './act-permit.ts';

const reply = (status: number, body: unknown): Reply => ({
  status,
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});

const yes = reply(200, { go: true, mustEndBy: '2026-11-02T04:00:00Z' });

const asking = (answer: () => Reply) => {
  const clock = { atMs: 1_000 };
  const calls: unknown[] = [];
  const call = (sent: unknown) => {
    calls.push(sent);
    return Promise.resolve().then(answer);
  };
  const permit = askToAct({ call }, 't1', { attempt: 2, step: 'install' }, () => clock.atMs);
  return { permit, clock, calls };
};

const refused = expect.objectContaining({ code: 'WINDOW_CLOSED' });

describe('a permit for a step that cannot be taken back', () => {
  it('is asked for with the step and the attempt, once, and waited for 5 seconds', async () => {
    const { permit, calls } = asking(() => yes);
    expect((await permit).step).toMatchObject({ name: 'permit', exit: 0, output: 'to end by 2026-11-02T04:00:00Z' });
    expect(calls).toEqual([
      { method: 'POST', path: '/tasks/t1/permit', body: { attempt: 2, step: 'install' }, timeoutMs: 5_000 },
    ]);
  });

  it('is used once', async () => {
    const permit = await asking(() => yes).permit;
    permit.use();
    expect(() => permit.use()).toThrow(refused);
  });

  it('is good for 60 seconds from the question', async () => {
    const { permit, clock } = asking(() => yes);
    const given = await permit;
    clock.atMs += 60_000;
    given.use();
    const other = asking(() => yes);
    const late = await other.permit;
    other.clock.atMs += 60_001;
    expect(() => late.use()).toThrow(refused);
    expect(() => late.use()).toThrow(refused);
  });

  it.each<[string, () => Reply]>([
    ['says no', () => reply(200, { go: false, why: 'WINDOW_CLOSED' })],
    ['says yes without an end', () => reply(200, { go: true })],
    ['says something else', () => reply(200, { go: 'yes', mustEndBy: '2026-11-02T04:00:00Z' })],
    ['says nothing that can be read', () => reply(200, '<html>')],
    ['answers as for a packet', () => reply(200, { go: true, permit: 'a'.repeat(32) })],
    ['knows no such call', () => reply(404, { error: 'NOT_FOUND', message: '' })],
    ['took the task back', () => reply(409, { error: 'CANCELLED', message: '' })],
    ['is busy', () => reply(503, { error: 'OVERLOADED', message: '' })],
    ['yes in another status', () => reply(201, { go: true, mustEndBy: '2026-11-02T04:00:00Z' })],
    [
      'does not answer',
      () => {
        throw Object.assign(new Error('no answer within 5000 ms'), { code: 'UNREACHABLE' });
      },
    ],
  ])('is not there where the appliance %s, and it is not asked again', async (_what, answer) => {
    const { permit, calls } = asking(answer);
    await expect(permit).rejects.toEqual(refused);
    expect(calls).toHaveLength(1);
  });
});
