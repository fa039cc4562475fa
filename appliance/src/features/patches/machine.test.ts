import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import type { TargetFacts } from './gates.ts';
import { decide, expired, type MoveFacts, withVerdict } from './machine.ts';
import { isMove, nextStates } from './moves.ts';
import type { Signer } from './people.ts';
import { isExpiring } from './states.ts';
import {
  type MachinePatch,
  type MoveEvidence,
  PATCH_ROLES,
  PATCH_STATES,
  type PatchState,
  TESTED_ON,
  VENDOR_STATES,
} from './types.ts';

const dayMs = 86_400_000;
const fresh: MachinePatch = {
  state: 'imported',
  verdict: 'imported',
  verdictAt: 0,
  overriddenAt: null,
  testedOn: null,
  fallback: null,
  until: null,
  vetoed: false,
};
const target = (extra: Partial<TargetFacts> = {}): TargetFacts => ({
  controller: 'a',
  open: [],
  installedAt: 0,
  readAt: 1,
  meets: 'yes',
  ...extra,
});
const facts = (extra: Partial<MoveFacts> = {}): MoveFacts => ({
  now: 1_000 * dayMs,
  vendorFirst: true,
  targetVersion: '2',
  targets: [target()],
  window: { from: 999 * dayMs, until: 1_001 * dayMs, blackout: false },
  leadDays: 0,
  longestMs: 730 * dayMs,
  ...extra,
});
const everything: MoveEvidence = {
  reference: 'doc 1',
  testedOn: 'bench',
  until: 1_010 * dayMs,
  plan: 'plan 1',
  owner: 'account:x',
  window: 'w',
  windowFrom: 999 * dayMs,
  installedAt: 1_000 * dayMs,
  supersededBy: 'p2',
};
const owner: Signer = { person: 'account:owner', roles: ['ot-owner'], asks: true };
const guard: Signer = { person: 'account:guard', roles: ['security'], asks: false };
const ask = (to: PatchState, signers: readonly Signer[] = [owner], evidence = everything) => ({
  to,
  reason: 'because',
  evidence,
  signers,
});

describe('the table of moves', () => {
  it('reaches every state from the first one, and has a way out of all but the replaced one', () => {
    const seen = new Set<PatchState>(['imported']);
    for (const state of seen) for (const next of nextStates(state)) seen.add(next);
    expect([...seen].sort()).toEqual([...PATCH_STATES].sort());
    expect(PATCH_STATES.filter((state) => nextStates(state).length === 0)).toEqual(['superseded']);
  });

  it('refuses every move that it does not have, whoever asks', () => {
    const both = [owner, guard];
    for (const from of PATCH_STATES) {
      for (const to of PATCH_STATES) {
        const decision = decide({ ...fresh, state: from }, ask(to, both), facts());
        const refused = !decision.ok && decision.code === 'NO_SUCH_MOVE';
        expect([from, to, refused]).toEqual([from, to, !isMove(from, to)]);
      }
    }
  });

  it('asks for a reason and for evidence', () => {
    expect(decide(fresh, { ...ask('deferred'), reason: ' ' }, facts())).toEqual({ ok: false, code: 'REASON' });
    const bare = decide(fresh, ask('deferred', [owner], {}), facts());
    expect(bare).toEqual({ ok: false, code: 'EVIDENCE', missing: ['until'] });
    const far = decide(fresh, ask('deferred', [owner], { until: 2_000 * dayMs }), facts());
    expect(far).toEqual({ ok: false, code: 'TIME', field: 'until' });
  });
});

describe('the gate of the vendor', () => {
  const refused = withVerdict(fresh, 'vendor_rejected', 5);
  it('is passed by two named roles only, of two people', () => {
    const signed = (signers: readonly Signer[]) => decide(refused, ask('site_testing', signers), facts());
    expect(signed([owner])).toMatchObject({ code: 'SIGNATURE', open: [{ role: 'security' }] });
    expect(signed([{ ...owner, roles: ['ot-owner', 'security'] }])).toMatchObject({ code: 'SIGNATURE' });
    expect(signed([{ person: 'account:x', roles: [], asks: true }, owner])).toMatchObject({ code: 'SIGNATURE' });
    expect(signed([owner, guard])).toMatchObject({ ok: true, patch: { state: 'site_testing' } });
  });

  it('closes again when the vendor refuses after that', () => {
    const passed = decide(refused, ask('site_testing', [owner, guard]), facts());
    if (!passed.ok) throw new Error(passed.code);
    expect(decide(passed.patch, ask('authorized'), facts()).ok).toBe(true);
    const again = withVerdict(passed.patch, 'vendor_rejected', facts().now + 1);
    expect(again.state).toBe('vendor_rejected');
    expect(decide({ ...again, state: 'site_testing' }, ask('authorized'), facts())).toMatchObject({
      code: 'GATE_CLOSED',
      gates: [{ gate: 'vendor', reason: 'vendor-refused' }],
    });
  });

  it('asks a second person where nothing was tested', () => {
    const approved = withVerdict(fresh, 'vendor_approved', 1);
    const none = { testedOn: 'none' as const };
    expect(decide(approved, ask('site_testing', [owner], none), facts())).toMatchObject({ code: 'SIGNATURE' });
    expect(decide(approved, ask('site_testing', [owner, guard], none), facts()).ok).toBe(true);
    expect(decide(approved, ask('site_testing'), facts()).ok).toBe(true);
  });

  it('lets the OT owner say no, and nobody else take that back', () => {
    const authorized: MachinePatch = {
      ...withVerdict(fresh, 'vendor_released', 1),
      state: 'authorized',
      testedOn: 'bench',
    };
    const no = decide(authorized, ask('site_rejected'), facts());
    if (!no.ok) throw new Error(no.code);
    expect(no.patch.vetoed).toBe(true);
    const other: Signer = { person: 'account:y', roles: ['security'], asks: true };
    expect(decide(no.patch, ask('site_testing', [other]), facts())).toMatchObject({ code: 'SIGNATURE' });
    expect(decide(no.patch, ask('site_testing', [other, { ...owner, asks: false }]), facts()).ok).toBe(true);
  });
});

const arbSigners = fc
  .uniqueArray(
    fc.record({
      person: fc.constantFrom('account:a', 'account:b', 'account:c'),
      roles: fc.uniqueArray(fc.constantFrom(...PATCH_ROLES), { maxLength: 2 }),
    }),
    { selector: ({ person }) => person, minLength: 1, maxLength: 3 },
  )
  .map((people) => people.map((one, at): Signer => ({ ...one, asks: at === 0 })));
const anyTargets = fc.array(
  fc.record({
    controller: fc.constantFrom('a', 'b'),
    open: fc.constantFrom<string[]>([], [], ['spare']),
    installedAt: fc.constantFrom(null, 5),
    readAt: fc.constantFrom(null, 4, 5, 6),
    meets: fc.constantFrom<TargetFacts['meets']>('yes', 'yes', 'no', 'unknown'),
  }),
  { maxLength: 2 },
);
const arbTargets = fc.oneof({ weight: 3, arbitrary: fc.constant([target({ installedAt: 5, readAt: 6 })]) }, anyTargets);
const arbStep = fc.record({
  vendor: fc.oneof({ weight: 5, arbitrary: fc.constant(null) }, fc.constantFrom(...VENDOR_STATES)),
  pick: fc.nat(20),
  /** On towards installed where there is a way, so that walks come there. */
  onward: fc.nat(9).map((n) => n > 2),
  signers: arbSigners,
  targets: arbTargets,
  testedOn: fc.constantFrom(...TESTED_ON),
  vendorFirst: fc.boolean(),
  blackout: fc.boolean(),
  startsIn: fc.constantFrom(-1, 1),
  expires: fc.boolean(),
});

const onwards: readonly PatchState[] = ['verified', 'installed', 'scheduled', 'authorized', 'site_testing'];

describe('laws of every walk', () => {
  it('no path reaches installed past a gate; what ends falls back; what is verified was read again', () => {
    const reached = new Set<PatchState>();
    fc.assert(
      fc.property(fc.array(arbStep, { minLength: 5, maxLength: 40 }), (steps) => {
        let patch = fresh;
        let now = 1_000 * dayMs;
        // Kept by the test itself, from what was asked and signed.
        let refusedAt: number | null = null;
        let passedAt: number | null = null;
        let tested = false;
        for (const step of steps) {
          now += 1_000;
          if (step.vendor !== null) {
            patch = withVerdict(patch, step.vendor, now);
            refusedAt = step.vendor === 'vendor_rejected' || step.vendor === 'not_applicable' ? now : null;
          }
          if (step.expires && patch.until !== null) {
            now = Math.max(now, patch.until);
            const after = expired(patch, now);
            expect(after !== undefined && !isExpiring(after.state) && after.until === null).toBe(true);
            expect(after?.state === 'installed' || after?.state === 'scheduled').toBe(false);
            if (after !== undefined) patch = after;
          }
          expect(isExpiring(patch.state)).toBe(patch.until !== null);
          const moves = nextStates(patch.state);
          const on = onwards.find((state) => moves.includes(state));
          const to = (step.onward ? on : undefined) ?? moves[step.pick % Math.max(1, moves.length)];
          if (to === undefined) break;
          const known = facts({
            now,
            vendorFirst: step.vendorFirst,
            targets: step.targets,
            window: { from: now + step.startsIn * 3_600_000, until: now + 2 * 3_600_000, blackout: step.blackout },
          });
          const evidence = { ...everything, testedOn: step.testedOn, until: now + 3 * dayMs, installedAt: now };
          const before = patch;
          const decision = decide(patch, ask(to, step.signers, evidence), known);
          if (!decision.ok) continue;
          patch = decision.patch;
          reached.add(patch.state);
          const peopleOf = (role: 'ot-owner' | 'security'): Set<string> =>
            new Set(step.signers.filter(({ roles }) => roles.includes(role)).map(({ person }) => person));
          if (VENDOR_STATES.some((state) => state === to))
            refusedAt = to === 'vendor_rejected' || to === 'not_applicable' ? now : null;
          if (to === 'site_testing') {
            tested = true;
            const [owners, guards] = [peopleOf('ot-owner'), peopleOf('security')];
            const two = owners.size > 0 && guards.size > 0 && new Set([...owners, ...guards]).size > 1;
            if (two) passedAt = now;
            // From a refusal there is no other way than two people.
            if (before.state === 'vendor_rejected') expect(two).toBe(true);
          }
          if (to === 'installed') {
            expect(tested).toBe(true);
            if (refusedAt !== null) expect(passedAt !== null && passedAt >= refusedAt).toBe(true);
            expect(step.targets.length > 0 && step.targets.every(({ open }) => open.length === 0)).toBe(true);
            expect(step.startsIn).toBe(-1);
            expect(before.state).toBe('scheduled');
          }
          if (to === 'scheduled') expect(step.blackout).toBe(false);
          if (to === 'authorized') expect(peopleOf('ot-owner').size).toBeGreaterThan(0);
          if (to === 'verified')
            expect(step.targets.every(({ readAt, meets }) => readAt === 6 && meets === 'yes')).toBe(true);
        }
      }),
      { numRuns: runs(600) },
    );
    // A law over states that no walk came to would say nothing.
    expect(
      ['installed', 'verified', 'mitigated', 'accepted', 'deferred'].filter(
        (state) => !reached.has(state as PatchState),
      ),
    ).toEqual([]);
  });
});
