import { createHash } from 'node:crypto';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkInRequest } from './check-in.ts';
import { cleanText } from './common.ts';
import { enrolRequest } from './enrol.ts';
import { agentEvent } from './events.ts';
import { objectPath, parseRange } from './objects.ts';
import { sectionHash } from './section.ts';
import { parseFingerprint, siteFingerprint } from './site.ts';
import { task } from './task.ts';
import { taskStep } from './task-result.ts';
import { toTrustName, trustName } from './trust.ts';

const id = 'a'.repeat(32);
const digest = 'b'.repeat(64);

describe('site fingerprint', () => {
  it('is SHA-256 of both SHA-256 digests in order', () => {
    const ca = Buffer.from('ca');
    const root = Buffer.from('root');
    const sha = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest();
    expect(siteFingerprint(ca, root)).toBe(sha(Buffer.concat([sha(ca), sha(root)])).toString('hex'));
    expect(siteFingerprint(root, ca)).not.toBe(siteFingerprint(ca, root));
  });

  it('is read as people type it, and nothing shorter', () => {
    const spaced = digest.toUpperCase().replace(/(.{4})/g, '$1 ');
    expect(parseFingerprint(spaced)).toBe(digest);
    expect(parseFingerprint(digest.slice(1))).toBeNull();
    expect(parseFingerprint(`${digest.slice(1)}g`)).toBeNull();
  });
});

describe('trust names', () => {
  it('maps the versioned names of a repository', () => {
    expect(['7.snapshot.json', '12.targets.json', 'timestamp.json', '3.root.json'].map(toTrustName)).toEqual([
      'snapshot.json',
      'targets.json',
      'timestamp.json',
      '3.root.json',
    ]);
  });

  it('knows no path', () => {
    for (const name of ['../timestamp.json', '0.root.json', 'root.json', 'inventory.jsonl.gz', 'a/snapshot.json']) {
      expect(trustName.safeParse(name).success).toBe(false);
    }
  });
});

describe('range', () => {
  it('always lies inside the object', () => {
    fc.assert(
      fc.property(fc.nat(5000), fc.nat(5000), fc.integer({ min: 1, max: 4000 }), (a, b, size) => {
        for (const header of [`bytes=${a}-${b}`, `bytes=${a}-`, `bytes=-${b}`]) {
          const range = parseRange(header, size);
          if (!range) continue;
          expect(range.start).toBeGreaterThanOrEqual(0);
          expect(range.end).toBeLessThan(size);
          expect(range.start).toBeLessThanOrEqual(range.end);
        }
      }),
    );
  });

  it('tells unusable from not satisfiable', () => {
    expect(parseRange(undefined, 10)).toBeUndefined();
    expect(parseRange('bytes=0-1,3-4', 10)).toBeUndefined();
    expect(parseRange('bytes=-', 10)).toBeUndefined();
    expect(parseRange('bytes=5-2', 10)).toBeUndefined();
    expect(parseRange('bytes=10-', 10)).toBeNull();
    expect(parseRange('bytes=-0', 10)).toBeNull();
    expect(parseRange('bytes=-3', 10)).toEqual({ start: 7, end: 9 });
  });

  it('names an object by digest only', () => {
    expect(objectPath(digest)).toBe(`/objects/sha256/${digest}`);
    expect(() => objectPath('../../etc/passwd')).toThrow();
  });
});

describe('messages', () => {
  it('ignore unknown fields and keep their bounds', () => {
    const checkIn = { bootId: 'x', seq: 1, version: '1', sections: { software: digest } };
    expect(checkInRequest.parse({ ...checkIn, later: true })).toEqual(checkIn);
    expect(checkInRequest.safeParse({ ...checkIn, sections: { '../x': digest } }).success).toBe(false);
    expect(checkInRequest.safeParse({ ...checkIn, seq: -1 }).success).toBe(false);
    for (const wrong of [
      [],
      null,
      'software',
      { software: digest.toUpperCase() },
      { software: [digest] },
      { Software: digest },
    ])
      expect(checkInRequest.safeParse({ ...checkIn, sections: wrong }).success).toBe(false);
    expect(checkInRequest.safeParse({ ...checkIn, sections: JSON.parse(`{"__proto__":"${digest}"}`) }).success).toBe(
      false,
    );
    expect(checkInRequest.parse({ ...checkIn, sections: {} }).sections).toEqual({});
    const many = Object.fromEntries(Array.from({ length: 65 }, (_, n) => [`c${n}`, digest]));
    expect(checkInRequest.safeParse({ ...checkIn, sections: many }).success).toBe(false);
  });

  it('strip padding of firmware and terminal controls', () => {
    expect(cleanText('  Board\u0000\u0000 \u001b[31m')).toBe('Board [31m');
    const step = taskStep.parse({ name: 'install', exit: 0, output: 'a\nb\u001b\tc\u0000', ms: 1 });
    expect(step.output).toBe('a\nb\tc');
    const parsed = enrolRequest.parse({
      token: 't',
      csr: '-----BEGIN CERTIFICATE REQUEST-----\nAA==\n-----END CERTIFICATE REQUEST-----\n',
      agentVersion: '1',
      device: { uuid: null, serial: 'S\u0000' },
    });
    expect(parsed.device).toEqual({ uuid: null, serial: 'S', macs: [], hostname: '', os: '', arch: '' });
  });

  it('know only typed actions', () => {
    const order = {
      id,
      attempt: 1,
      action: 'install-package',
      update: 'u',
      package: { name: 'p', version: '1', arch: 'all' },
      objects: [{ sha256: digest, size: 1 }],
      successExit: [0],
      restartExit: [],
      timeoutMs: 1000,
    };
    expect(task.safeParse(order).success).toBe(true);
    expect(task.safeParse({ ...order, action: 'run-shell' }).success).toBe(false);
    expect(task.safeParse({ ...order, objects: [] }).success).toBe(false);
  });

  it('bound the parameters of an event', () => {
    const event = { id, type: 'task.refused', at: '2026-01-02T03:04:05Z', params: { code: 'HASH' } };
    expect(agentEvent.safeParse(event).success).toBe(true);
    expect(agentEvent.safeParse({ ...event, params: { code: 'x'.repeat(1001) } }).success).toBe(false);
    expect(agentEvent.safeParse({ ...event, params: { code: {} } }).success).toBe(false);
  });
});

describe('section hash', () => {
  it('does not depend on the order of keys, and does on the order of items', () => {
    expect(sectionHash([{ a: 1, b: 'x' }])).toBe(sectionHash([{ b: 'x', a: 1 }]));
    expect(sectionHash([{ a: 1 }, { a: 2 }])).not.toBe(sectionHash([{ a: 2 }, { a: 1 }]));
  });
});
