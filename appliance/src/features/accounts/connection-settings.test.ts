import { afterAll, describe, expect, it, vi } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { twoPersonScenarios } from '../../../../test/support/two-person-acts.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import type { Actor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { soleWaitMs } from './approve.ts';

// What opens a port to be connected to, on a site of one administrator. With two: two-persons.test.ts and safety-settings.test.ts.

vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
const site = await openApiSite();
afterAll(async () => {
  await site.close();
  vi.useRealTimers();
});
const { account, as } = twoPersonScenarios(() => ({ ...site, device: { id: 0, publicId: '' } }));
const name = 'devices.push-port';
const root: Actor = { type: 'cli', id: 'root', label: 'root', rights: new Set(['all'] as const) };

describe('a port to be connected to, where one person is alone', () => {
  it('waits a day for that person, marked, and the command line alone sets none', () => {
    const { accounts, events, objects } = site.appliance;
    const { safety: door } = accounts;
    const only = account();
    const approve = (): string => codeOf(() => door.approve(as(only), name));
    expect(codeOf(() => door.set(root, name, 2_022))).toBe('APPROVAL_PERSON');
    expect(codeOf(() => objects.writeSetting(as(only), name, 2_022))).toBe('APPROVAL_SELF');
    expect(door.set(as(only), name, 2_022)).toEqual({ waits: true });
    expect([approve(), objects.setting(name)]).toEqual(['APPROVAL_SELF', 22]);
    vi.setSystemTime(Date.now() + soleWaitMs - 60_000);
    expect([approve(), objects.setting(name)]).toEqual(['APPROVAL_SELF', 22]);
    vi.setSystemTime(Date.now() + 120_000);
    expect([approve(), objects.setting(name)]).toEqual(['done', 2_022]);
    expect(events.list({ scope: wholeSite('job'), type: ['approved-by-one-person'], limit: 1 }).rows).toMatchObject([
      { params: { act: 'connection-change' } },
    ]);
  });
});
