import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin, type Engines, openEngines } from '../../../test/support/engines.ts';
import type { Term } from '../../platform/filter/parameters.ts';
import { wholeSite } from '../../platform/scope.ts';
import { chainStart, checkEntries, entryHash } from './chain.ts';
import type { AuditEntry } from './types.ts';

let engines: Engines;
beforeEach(async () => {
  engines = await openEngines();
});
afterEach(() => engines.close());

const record = (n: number) =>
  engines.events.record('section-rejected', { device: n, params: { collection: 'software', code: `C${n}` } });
const audited = (n: number) =>
  engines.events.record('device-approved', { device: n, actor: 'account:a1', params: deviceParams(n) });
const deviceParams = (n: number) => ({ device: `p${n}` });

describe('events', () => {
  it('come newest first, page by page, filtered', () => {
    const { events } = engines;
    for (let n = 1; n <= 7; n += 1) record(n);
    events.record('server-started', { actor: 'system:appliance', params: { version: '1' } });
    const first = events.list({ scope: wholeSite('job'), limit: 5 });
    expect(first).toMatchObject({ total: 8 });
    expect(first.rows[0]).toMatchObject({ type: 'server-started', severity: 'info', auditSeq: 1 });
    const second = events.list({
      scope: wholeSite('job'),
      limit: 5,
      ...(first.next === undefined ? {} : { after: first.next }),
    });
    expect(second.rows.map((event) => event.device)).toEqual([3, 2, 1]);
    expect(second.next).toBeUndefined();
    const found = (...terms: readonly Term[]) =>
      events.list({ scope: wholeSite('job'), limit: 9, filter: events.language.read(terms) });
    expect(found(['severity', 'warning']).total).toBe(7);
    expect(found(['q', 'c7']).rows.map((event) => event.device)).toEqual([7]);
    expect(found(['audit', 'true']).total).toBe(1);
    expect(found(['where', 'severity = critical or (type = server-started and not audit = no)']).total).toBe(1);
    expect(() => found(['severity', 'loud'])).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  it.each(['Password changed', 'пароль изм', 'ҚҰПИЯСӨЗ ӨЗГЕРТІЛДІ'])(
    'are found by what stands on the page: %s',
    (q) => {
      const { events } = engines;
      record(1);
      events.record('password-changed', { actor: 'account:a1', params: { account: 'a1' } });
      const found = events.list({ scope: wholeSite('job'), limit: 9, filter: events.language.read([['q', q]]) });
      expect(found.rows.map(({ type }) => type)).toEqual(['password-changed']);
    },
  );

  it('come in the order of their numbers, be they few or many', () => {
    const { db, events } = engines;
    // The later one recorded, the earlier its time: clocks were set back.
    db.exec(`with recursive n (n) as (select 1 union all select n + 1 from n where n < 1500)
      insert into event (at, type, severity, area, params)
      select 5000000 - n, 'finding-opened', case when n % 10 = 0 then 'warning' else 'info' end, 'devices', '{}' from n`);
    const plain = db
      .prepare<[], { id: number; severity: string; at: number }>('select id, severity, at from event order by id desc')
      .all();
    for (const [filter, keeps] of [
      [
        {
          filter: events.language.read([
            ['from', '1970-01-01T01:23:19.900Z'],
            ['to', '1970-01-01T01:23:20Z'],
          ]),
        },
        ({ at }: { at: number }) => at >= 4_999_900 && at < 5_000_000,
      ],
      [
        { filter: events.language.read([['severity', 'warning']]) },
        ({ severity }: { severity: string }) => severity === 'warning',
      ],
      [{ type: ['finding-opened'] }, () => true],
    ] as const) {
      const seen: number[] = [];
      for (let after: number | undefined; ; ) {
        const page = events.list({
          scope: wholeSite('job'),
          ...filter,
          limit: 40,
          ...(after === undefined ? {} : { after }),
        });
        seen.push(...page.rows.map(({ id }) => id));
        if (page.next === undefined) break;
        after = page.next;
      }
      expect(seen).toEqual(plain.filter(keeps).map(({ id }) => id));
    }
  });

  it('refuse what their type does not declare', () => {
    // What the compiler refuses, as it comes from where no type was seen.
    const events: { record(type: string, event: object): unknown } = engines.events;
    expect(() => events.record('no-such-type', { params: {} })).toThrow('not declared');
    expect(() => events.record('section-rejected', { params: { collection: 'x' } })).toThrow('code');
    expect(() => events.record('section-rejected', { params: { collection: 'x', code: 'y', extra: 1 } })).toThrow(
      'extra',
    );
  });

  it('are freed of control characters and cut to a bound', () => {
    const { params } = engines.events.record('section-rejected', {
      device: 1,
      params: { collection: 'a\u0000\u001bb', code: 'x'.repeat(9_999) },
    });
    expect(params['collection']).toBe('a b');
    expect(String(params['code'])).toHaveLength(1_000);
  });

  it('go by age and by the cap; audit events never do', () => {
    const { events, objects, db } = engines;
    for (let n = 1; n <= 3; n += 1) {
      record(n);
      audited(n);
    }
    const age = db.prepare('update event set at = at - ? where device = 1');
    age.run(4_000 * 86_400_000);
    expect(events.trim()).toBe(1);
    age.run(-4_000 * 86_400_000);
    objects.setSetting(admin, 'events.max-rows', 1_000);
    const insert = db.prepare(
      "insert into event (at, type, severity, area, params) values (?, 'section-rejected', 'warning', 'devices', '{}')",
    );
    for (let n = 0; n < 2_500; n += 1) insert.run(9_000_000_000_000);
    events.trim();
    expect(
      events.list({ scope: wholeSite('job'), limit: 1, filter: events.language.read([['audit', 'no']]) }).total,
    ).toBe(1_000);
    expect(
      events.list({ scope: wholeSite('job'), limit: 1, filter: events.language.read([['audit', 'yes']]) }).total,
    ).toBe(3);
    expect(events.verifyChain().ok).toBe(true);
  });

  it('are stored while the cap is far exceeded', () => {
    const { events, objects } = engines;
    objects.setSetting(admin, 'events.max-rows', 1_000);
    for (let n = 0; n < 3_500; n += 1) record(n);
    expect(events.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.device).toBe(3_499);
    expect(
      events.list({ scope: wholeSite('job'), limit: 1, filter: events.language.read([['audit', 'no']]) }).total,
    ).toBeLessThan(2_100);
  });
});

describe('the audit chain', () => {
  const tampering: ReadonlyArray<readonly [string, string]> = [
    ['an altered actor', "update audit set actor = 'account:b2' where seq = 2"],
    ['an altered time', 'update audit set at = at + 1 where seq = 2'],
    ['an altered commitment', 'update audit set commitment = zeroblob(32) where seq = 2'],
    ['an altered address', "update audit set from_address = '10.0.0.1' where seq = 2"],
    ['a removed entry', 'delete from audit where seq = 2'],
    ['a cut end', 'delete from audit where seq = (select max(seq) from audit)'],
    ['an emptied chain', 'delete from audit'],
    ['a removed head', 'delete from audit_head'],
    [
      'swapped entries',
      'update audit set seq = case seq when 2 then -3 when 3 then -2 else seq end; update audit set seq = -seq where seq < 0',
    ],
    ['altered parameters', `update event set params = '{"device":"x"}' where audit_seq = 2`],
    ['an altered device of an event', 'update event set device = 9 where audit_seq = 2'],
    [
      'altered parameters without their salt',
      `update event set params = '{"device":"x"}', salt = x'' where audit_seq = 2`,
    ],
    ['an event in the name of another', "update event set actor = 'account:b2' where audit_seq = 2"],
    ['an event from another address', "update event set from_address = '10.0.0.1' where audit_seq = 2"],
    ['an event at another time', 'update event set at = at - 60000 where audit_seq = 2'],
    ['a removed event', 'delete from event where audit_seq = 2'],
    ['an event that lost its entry', 'update event set audit_seq = null where audit_seq = 2'],
    ['an event that stands for another entry', 'update event set audit_seq = 3 where audit_seq = 2'],
  ];

  it.each(tampering)('shows %s', (_what, sql) => {
    const { events, db } = engines;
    for (let n = 1; n <= 4; n += 1) audited(n);
    expect(events.verifyChain()).toMatchObject({ ok: true, length: 4 });
    db.exec(sql);
    expect(events.verifyChain()).toMatchObject({ ok: false });
  });

  it('shows a chain that was rewritten as a whole without the key', () => {
    const { events, db } = engines;
    for (let n = 1; n <= 3; n += 1) audited(n);
    const entries = [...events.entries()];
    let prev = chainStart;
    for (const entry of entries) {
      const forged = { ...entry, actor: 'account:b2', prev };
      const hash = entryHash(forged);
      db.prepare('update audit set actor = ?, prev = ?, hash = ? where seq = ?').run(
        forged.actor,
        Buffer.from(prev, 'hex'),
        Buffer.from(hash, 'hex'),
        entry.seq,
      );
      prev = hash;
    }
    expect(checkEntries(events.entries()).fault).toBeUndefined();
    expect(events.verifyChain()).toMatchObject({ ok: false, reason: 'the seal of the head does not match' });
  });

  it('finds any single change of any entry', () => {
    const entry = fc.record({
      at: fc.nat(),
      actor: fc.string(),
      from: fc.option(fc.string()),
      operation: fc.string(),
      kind: fc.string(),
      object: fc.string(),
      revision: fc.nat(),
      commitment: fc.constant('ab'.repeat(32)),
    });
    const chain = (drafts: ReadonlyArray<Omit<AuditEntry, 'seq' | 'prev' | 'hash'>>): AuditEntry[] => {
      let prev = chainStart;
      return drafts.map((draft, at) => {
        const linked = { ...draft, seq: at + 1, prev };
        prev = entryHash(linked);
        return { ...linked, hash: prev };
      });
    };
    fc.assert(
      fc.property(fc.array(entry, { minLength: 1, maxLength: 6 }), fc.nat(), entry, (drafts, at, other) => {
        const entries = chain(drafts);
        expect(checkEntries(entries)).toEqual({ length: entries.length, head: entries.at(-1)?.hash });
        const index = at % entries.length;
        const held = entries[index] as AuditEntry;
        for (const name of Object.keys(other) as Array<keyof typeof other>) {
          if (other[name] === held[name]) continue;
          const forged = entries.map((one, n) => (n === index ? { ...one, [name]: other[name] } : one));
          expect(checkEntries(forged).fault).toBeDefined();
        }
        const without = entries.filter((_, n) => n !== index);
        if (index < entries.length - 1) expect(checkEntries(without).fault?.at).toBe(index + 1);
      }),
    );
  });

  it('is not satisfied by the same event twice', () => {
    const { events, db } = engines;
    for (let n = 1; n <= 3; n += 1) audited(n);
    db.exec('delete from event where audit_seq = 2');
    const columns = 'at, type, severity, area, device, actor, from_address, params, audit_seq, salt';
    db.exec(`insert into event (${columns}) select ${columns} from event where audit_seq = 3`);
    expect(events.verifyChain()).toMatchObject({ ok: false });
  });

  it('takes an entry only together with what it records', () => {
    const entry = {
      at: 1,
      actor: 'a',
      operation: 'x',
      kind: 'k',
      object: 'o',
      revision: 1,
      commitment: new Uint8Array(32),
    };
    expect(() => engines.events.append(entry)).toThrow('transaction');
  });
});
