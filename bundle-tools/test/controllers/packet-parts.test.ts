import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { guardedTransport } from '../../src/controllers/identification/guarded.ts';
import { MAX_LATE, PERMIT_MS } from '../../src/controllers/identification/limits.ts';
import type { PermitReply } from '../../src/controllers/identification/permit.ts';
import { allowedOf, planFor } from '../../src/controllers/protocols/identify-by.ts';
import { fieldsIn, packetParts } from '../../src/controllers/protocols/packet-parts.ts';
import { PROTOCOLS } from '../../src/controllers/protocols/types.ts';
import { bench } from './scripted.ts';

const everything = { identify: true, modules: true, details: true, mode: true };
const user = {
  name: 'u',
  auth: { by: 'sha256', password: 'correct horse' },
  privacy: { password: 'battery st' },
} as const;
const credentials = { snmp: { user, community: 'secret-community' } };
const all = PROTOCOLS.flatMap((protocol) => planFor(protocol, everything, { credentials, host: '192.0.2.7' }));

describe('an approved packet', () => {
  it('fits its own parts, which survive their way to an agent', () => {
    for (const { hex, parts, fields, open } of all) {
      expect(fieldsIn(parts, Buffer.from(hex, 'hex'))).toEqual(fields);
      expect(packetParts.parse(JSON.parse(JSON.stringify(parts)))).toEqual(parts);
      expect([...new Set(fields.map(({ name }) => name))]).toEqual(open);
    }
  });

  it('is another one when any byte outside its open fields is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.nat(2_000), fc.integer({ min: 1, max: 255 }), (packet, place, change) => {
        const bytes = Buffer.from(packet.hex, 'hex');
        const at = place % bytes.length;
        bytes[at] = (bytes[at] ?? 0) ^ change;
        const isOpen = packet.fields.some((field) => at >= field.at && at < field.at + field.length);
        if (!isOpen) expect(fieldsIn(packet.parts, bytes)).toBeUndefined();
      }),
      { numRuns: runs(2_000) },
    );
  });

  it('is another one when it is cut or longer', () => {
    for (const { hex, parts } of all) {
      const bytes = Buffer.from(hex, 'hex');
      expect(fieldsIn(parts, bytes.subarray(0, -1))).toBeUndefined();
      expect(fieldsIn(parts, Buffer.concat([bytes, Buffer.of(0)]))).toBeUndefined();
    }
  });

  it('holds no other secret than the one that a person set', () => {
    const packets = planFor('snmp', everything, { credentials: { snmp: { community: '********' } } });
    const [packet] = packets.filter(({ open }) => open.includes('community'));
    if (packet === undefined) throw new Error('no packet with a community');
    const bytes = Buffer.from(packet.hex, 'hex');
    expect(fieldsIn(packet.parts, bytes, { community: '********' })).toBeDefined();
    expect(fieldsIn(packet.parts, bytes, { community: 'public' })).toBeUndefined();
  });
});

describe('a permit', () => {
  const [packet] = planFor('enip', everything).filter(({ kind }) => kind === 'tcp');
  const bytes = Buffer.from(packet?.hex ?? '', 'hex');
  const guarded = (
    permit: (n: number, sleep: (ms: number) => void) => PermitReply,
    leaving: (sleep: (ms: number) => void) => void = () => undefined,
  ) => {
    const on = bench(() => [{ bytes }]);
    const state = { asked: 0, why: '' };
    const { port } = allowedOf('enip');
    const transport = guardedTransport(on.transport, {
      host: '192.0.2.7',
      kinds: ['tcp'],
      port,
      gapMs: 500,
      packets: [{ kind: 'tcp', parts: packet?.parts ?? [] }],
      secrets: {},
      clock: on.now,
      sleep: on.options.sleep,
      pace: { lastMs: 0 },
      halted: () => undefined,
      permit: async () => {
        state.asked += 1;
        return permit(state.asked, (ms) => void on.options.sleep(ms));
      },
      leaving: () => leaving((ms) => void on.options.sleep(ms)),
      onForbidden: (why) => {
        state.why = why;
      },
    });
    const send = async (what: Buffer): Promise<unknown> => {
      const link = await transport.connect({ kind: 'tcp', port }, { connectMs: 1, maxBytes: 100 });
      return typeof link === 'string' ? link : link.send(what);
    };
    return { on, state, send };
  };
  const id = (n: number): PermitReply => ({ go: true, permit: String(n).padStart(32, '0') });

  it('is asked for again when it came too late, and then given up', async () => {
    const once = guarded((n, sleep) => {
      if (n === 1) sleep(PERMIT_MS);
      return id(n);
    });
    expect(await once.send(bytes)).toBeUndefined();
    expect(once.on.arrived).toHaveLength(1);
    const always = guarded((n, sleep) => {
      sleep(PERMIT_MS);
      return id(n);
    });
    expect(await always.send(bytes)).toBe('denied');
    expect([always.on.connects.length, always.state.asked, always.state.why]).toEqual([0, MAX_LATE, 'server-away']);
  });

  it('lives from its question until its packet leaves', async () => {
    const half = PERMIT_MS / 2;
    const slow = guarded(
      (n, sleep) => {
        sleep(half);
        return id(n);
      },
      (sleep) => sleep(half),
    );
    expect(await slow.send(bytes)).toBe('denied');
    expect([slow.on.connects.length, slow.on.arrived.length, slow.state.why]).toEqual([0, 0, 'server-away']);
  });

  it('is for one packet', async () => {
    const again = guarded(() => id(1));
    expect(await again.send(bytes)).toBe('denied');
    expect([again.on.connects.length, again.on.arrived.length, again.state.why]).toEqual([1, 0, 'server-away']);
  });

  it('is waited for, and is not asked for a packet that nobody approved', async () => {
    const waiting = guarded((n) => (n < 4 ? { go: false, waitMs: 700 } : id(n)));
    expect(await waiting.send(bytes)).toBeUndefined();
    const other = guarded(id);
    expect(await other.send(Buffer.concat([bytes, Buffer.of(1)]))).toBe('denied');
    expect([other.state.asked, other.on.arrived.length, other.state.why]).toEqual([1, 0, 'outside']);
  });
});
