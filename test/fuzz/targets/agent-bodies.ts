import { gzipSync } from 'node:zlib';
import { parseBody } from '@sallyport/appliance/platform/http/body';
import { checkInReply, checkInRequest } from '@sallyport/bundle-tools/protocol/check-in';
import { enrolReply, enrolRequest } from '@sallyport/bundle-tools/protocol/enrol';
import { eventsRequest } from '@sallyport/bundle-tools/protocol/events';
import { identifyControllersTask, permitReply } from '@sallyport/bundle-tools/protocol/identify-controllers';
import { parseRange } from '@sallyport/bundle-tools/protocol/objects';
import { renewRequest } from '@sallyport/bundle-tools/protocol/renew';
import { sectionHash, sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { sectionsReply, sectionsRequest } from '@sallyport/bundle-tools/protocol/sections';
import { siteReply } from '@sallyport/bundle-tools/protocol/site';
import { deliveredTask, task } from '@sallyport/bundle-tools/protocol/task';
import { taskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { trustName } from '@sallyport/bundle-tools/protocol/trust';
import { demand, type FuzzTarget } from '../target.ts';

const schemas = [
  checkInRequest,
  enrolRequest,
  eventsRequest,
  renewRequest,
  sectionRequest,
  taskResult,
  checkInReply,
  enrolReply,
  siteReply,
  deliveredTask,
  task,
  identifyControllersTask,
  permitReply,
  sectionsRequest,
  sectionsReply,
]; // prettier-ignore

// Both directions: what an agent sends to the appliance and what the appliance answers. The first byte picks the call.
export const target: FuzzTarget = {
  name: 'agent-bodies',
  run: async (data) => {
    const pick = data[0] ?? 0;
    const rest = data.subarray(1);
    const text = rest.toString('latin1');
    trustName.safeParse(text);
    const range = parseRange(text, 1_000);
    if (range)
      demand(range.start >= 0 && range.end < 1_000 && range.start <= range.end, 'a range lies within the object');
    const value = await parseBody(pick >= 128 ? gzipSync(rest, { level: 1 }) : rest);
    const parsed = schemas[pick % schemas.length]!.safeParse(value);
    if (parsed.success && 'items' in parsed.data && Array.isArray(parsed.data.items)) sectionHash(parsed.data.items);
  },
  seeds: () => {
    const id = 'a'.repeat(32);
    const at = '2026-05-01T00:00:00Z';
    const pem = '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n';
    const device = { uuid: null, serial: 's', macs: ['00:11:22:33:44:55'], hostname: 'h', os: 'linux', arch: 'amd64' };
    const asked = { controller: 'p', protocol: 's7', kind: 'tcp', host: '192.0.2.1', port: 102 };
    const identification = {
      end: 'done',
      exchanges: [{ controller: 'p', protocol: 's7', outcome: 'answered', readings: [] }],
      packets: [{ ...asked, at: 1, attempt: 1, what: 'send', hex: '00', sha256: 'ab'.repeat(32) }],
    };
    const switches = { identify: true, modules: true, details: false, mode: false };
    const asks = [{ protocol: 's7', kinds: ['tcp'], port: 102, switches }];
    const identify = {
      id,
      attempt: 1,
      action: 'identify-controllers',
      digest: 'ab'.repeat(32),
      from: at,
      until: at,
      targets: [{ controller: 'p', zone: '', host: '192.0.2.1', gapMs: 1_000, asks }],
      timeoutMs: 60_000,
    };
    const bodies = [
      { bootId: 'b', seq: 1, version: '1', sections: { software: 'ab'.repeat(32) }, task: { id, state: 'running' } },
      { token: 't', csr: pem, agentVersion: '1', device },
      { events: [{ id, type: 'object.refused', at, params: { object: 'x', n: 1 } }] },
      { csr: pem },
      { hash: 'ab'.repeat(32), collectedAt: at, items: [{ type: 'deb', name: 'z' }] },
      { attempt: 1, steps: [{ name: 'verify', ms: 1, output: '', exit: 0 }], state: 'completed', identification },
      { now: at, next: 60, want: [], cancel: [], live: [] },
    ];
    // By the place of its schema: an order to identify controllers, and the permit of a packet.
    const placed: readonly (readonly [number, object])[] = [
      ...bodies.map((body, index) => [index, body] as const),
      [schemas.indexOf(task), identify],
      [schemas.indexOf(identifyControllersTask), identify],
      [schemas.indexOf(permitReply), { go: true }],
    ];
    return [
      ...placed.map(([index, body]) => `${String.fromCharCode(index)}${JSON.stringify(body)}`),
      '\u0000bytes=0-9',
      '\u0000bytes=-5',
    ];
  },
  words: [
    'bytes=',
    '"items"',
    '"sections"',
    '"state":"failed"',
    '"code":"HASH"',
    '\u001f\u008b',
    '-----BEGIN X-----',
    '.root.json',
  ],
};
