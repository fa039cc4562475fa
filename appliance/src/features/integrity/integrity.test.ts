import fc from 'fast-check';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { introduce, testGate } from '../../../../test/support/persons.ts';
import { codeOf } from '../../../../test/support/refusals.ts';
import { actorWith, admin, openEngines } from '../../../test/support/engines.ts';
import type { Actor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerFacts } from '../controllers/types.ts';
import { harden } from '../hardening/service.ts';
import { compareProgram, differingBlocks } from './compare.ts';
import { contentHash } from './content.ts';
import { integrityService } from './service.ts';
import { type IntegrityService, PROGRAM_FIELDS } from './types.ts';

const day = 86_400_000;
const now = Date.UTC(2026, 10, 24);
const person = (id: string): Actor => ({ ...actorWith('controllers:write', 'controllers:approve'), id });

let number = 0;
let id = 'controller0';

const controller = (over: Partial<ControllerFacts> = {}): ControllerFacts => ({
  controller: number,
  publicId: id,
  name: 'PLC-L3-07',
  zone: null,
  authorised: true,
  observed: { hardwareChecksum1: '1a2b', programChecksum1: '3c4d', programChecksum2: '5e6f' },
  configured: {},
  readAt: { hardwareChecksum1: now - day, programChecksum1: now - day, programChecksum2: now - day },
  services: [],
  ...over,
});

let integrity: IntegrityService;
let held: ControllerFacts[];
let at = now;
const engines = await openEngines();
introduce(engines.db, 'a', 'b');
beforeEach(() => {
  number += 1;
  id = `controller${number}`;
  at = now;
  held = [controller()];
  engines.objects.setSetting(admin, 'integrity.second-person', false);
  integrity = integrityService({
    ...engines,
    gate: testGate(engines.db),
    harden,
    clock: () => at,
    facts: {
      find: (wanted) => held.find(({ publicId }) => publicId === wanted),
      byId: (controller) => held.find((one) => one.controller === controller),
      all: () => held,
    },
  });
});
afterAll(() => engines.close());

const eventsOf = (type: string): number =>
  engines.events.list({ scope: wholeSite('job'), type: [type], limit: 1 }).total;
describe('program integrity', () => {
  it('knows no reference until a person approves one, then OK, then changed once, then OK again', () => {
    integrity.check();
    expect(integrity.get(id, wholeSite('job'))).toMatchObject({ state: 'no-reference', approval: null });
    const approved = integrity.approve(person('a'), id, { reason: 'commissioning', workOrder: 'WO-1' });
    expect(approved).toMatchObject({
      state: 'ok',
      approval: { reason: 'commissioning', workOrder: 'WO-1', approvedBy: 'account:a', revision: 1 },
    });
    const before = eventsOf('controller-program-changed');
    held = [controller({ observed: { ...controller().observed, programChecksum1: 'ffff' } })];
    integrity.check([number]);
    integrity.check([number]);
    expect(integrity.get(id, wholeSite('job'))).toMatchObject({
      state: 'changed',
      differences: [{ field: 'programChecksum1', approved: '3c4d', found: 'ffff' }],
    });
    expect(eventsOf('controller-program-changed')).toBe(before + 1);
    held = [controller()];
    integrity.check();
    expect(integrity.get(id, wholeSite('job')).state).toBe('ok');
    expect(integrity.get(id, wholeSite('job')).changes.map(({ after }) => after)).toEqual(['ok', 'changed', 'ok']);
  });

  it('takes a change over with a reason and a work order, and keeps what was approved before', () => {
    integrity.approve(person('a'), id, { reason: 'commissioning' });
    held = [controller({ observed: { ...controller().observed, programChecksum1: 'ffff' } })];
    integrity.check();
    expect(codeOf(() => integrity.approve(person('a'), id, { reason: ' ' }))).toBe('INVALID');
    const seen = integrity.get(id, wholeSite('job')).currentHash;
    expect(codeOf(() => integrity.approve(person('a'), id, { reason: 'x', contentHash: 'other' }))).toBe('CONFLICT');
    integrity.approve(person('b'), id, { reason: 'new recipe', workOrder: 'WO-7', contentHash: seen });
    const { state, approvals } = integrity.get(id, wholeSite('job'));
    expect(state).toBe('ok');
    expect(approvals.map(({ workOrder, approvedBy }) => [workOrder, approvedBy])).toEqual([
      ['WO-7', 'account:b'],
      [null, 'account:a'],
    ]);
  });

  it('waits for a second person where the site wants one, and not the same one twice', () => {
    engines.objects.setSetting(admin, 'integrity.second-person', true);
    expect(integrity.approve(person('a'), id, { reason: 'commissioning' })).toMatchObject({
      approval: null,
      proposal: { by: 'account:a' },
      isProposed: true,
    });
    expect(codeOf(() => integrity.confirm(person('a'), id, 'approve'))).toBe('APPROVAL_SELF');
    // What the first person saw is approved, whatever was read meanwhile.
    held = [controller({ observed: { ...controller().observed, programChecksum1: 'ffff' } })];
    expect(integrity.confirm(person('b'), id, 'approve')).toMatchObject({
      state: 'changed',
      approval: { approvedBy: 'account:a', secondBy: 'account:b' },
      proposal: null,
    });
    expect(codeOf(() => integrity.confirm(person('b'), id, 'decline'))).toBe('CONFLICT');
  });

  it('refuses to approve where nothing is known, and whoever may not', () => {
    held = [controller({ observed: {}, readAt: {} })];
    expect(codeOf(() => integrity.approve(person('a'), id, { reason: 'x' }))).toBe('INVALID');
    expect(codeOf(() => integrity.approve(actorWith('controllers:read'), id, { reason: 'x' }))).toBe('FORBIDDEN');
    expect(codeOf(() => integrity.get('nothing', wholeSite('job')))).toBe('NOT_FOUND');
  });

  it('keeps the state before and after work, and says what the work changed', () => {
    integrity.snapshot(person('a'), id, 'before', 'WO-9');
    expect(integrity.workDifference(integrity.get(id, wholeSite('job')).controller, 'WO-9')).toBeUndefined();
    held = [controller({ observed: { ...controller().observed, hardwareChecksum1: '9999' } })];
    integrity.snapshot(person('a'), id, 'after', 'WO-9');
    expect(integrity.workDifference(integrity.get(id, wholeSite('job')).controller, 'WO-9')).toEqual([
      { field: 'hardwareChecksum1', approved: '1a2b', found: '9999' },
    ]);
  });
});

describe('comparing', () => {
  const limits = { nowMs: now, readMs: 35 * day };
  const content = fc.dictionary(
    fc.constantFrom(...PROGRAM_FIELDS, 'projectSha256'),
    fc.constantFrom('a', 'b', 'OB1 x'),
    {
      noNullPrototype: true,
    },
  );

  it('is OK only if everything that was approved is known and the same', () => {
    fc.assert(
      fc.property(content, content, (approved, found) => {
        const facts = controller({
          observed: found,
          readAt: Object.fromEntries(Object.keys(found).map((field) => [field, now])),
        });
        const { state, differences } = compareProgram(approved, facts, limits);
        const fields = Object.keys(approved);
        const differs = fields.some((field) => found[field] !== undefined && found[field] !== approved[field]);
        const missing = fields.some((field) => found[field] === undefined);
        expect(state).toBe(differs ? 'changed' : missing ? 'unreachable' : 'ok');
        expect(differences.length > 0).toBe(differs);
      }),
    );
  });

  it('says that it is not known when the reading is too old or the last attempt failed', () => {
    const approved = controller().observed;
    const old = { programChecksum1: now - 36 * day, hardwareChecksum1: now, programChecksum2: now };
    expect(compareProgram(approved, controller({ readAt: old }), limits)).toMatchObject({
      state: 'unreachable',
      why: 'stale',
    });
    const failed = { at: now, reason: 'timeout' };
    expect(compareProgram(approved, controller({ failed }), limits)).toMatchObject({
      state: 'unreachable',
      why: 'failed',
    });
    expect(compareProgram(approved, controller({ failed: { ...failed, at: now - 2 * day } }), limits).state).toBe('ok');
  });

  it('names the blocks that differ, whatever their order', () => {
    expect(
      differingBlocks('OB1 2026-01-01\nFB12 2026-01-01', 'FB12 2026-02-01; OB1 2026-01-01;DB3 2026-01-01'),
    ).toEqual(['DB3', 'FB12']);
    expect(differingBlocks('OB1 a; FB2 b', 'FB2 b\nOB1 a')).toEqual([]);
  });

  it('hashes the same content to the same, in whatever order', () => {
    expect(contentHash({ a: '1', b: '2' })).toBe(contentHash({ b: '2', a: '1' }));
    expect(contentHash({ a: '1' })).not.toBe(contentHash({ a: '2' }));
  });
});
