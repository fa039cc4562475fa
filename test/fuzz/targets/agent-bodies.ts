import { gzipSync } from 'node:zlib';
import { parseBody } from '@sallyport/appliance/features/agent-api/native/body';
import { checkInReply, checkInRequest } from '@sallyport/bundle-tools/protocol/check-in';
import { enrolReply, enrolRequest } from '@sallyport/bundle-tools/protocol/enrol';
import { eventsRequest } from '@sallyport/bundle-tools/protocol/events';
import { parseRange } from '@sallyport/bundle-tools/protocol/objects';
import { renewRequest } from '@sallyport/bundle-tools/protocol/renew';
import { sectionHash, sectionRequest } from '@sallyport/bundle-tools/protocol/section';
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
    const bodies = [
      { bootId: 'b', seq: 1, version: '1', sections: { software: 'ab'.repeat(32) }, task: { id, state: 'running' } },
      { token: 't', csr: pem, agentVersion: '1', device },
      { events: [{ id, type: 'object.refused', at, params: { object: 'x', n: 1 } }] },
      { csr: pem },
      { hash: 'ab'.repeat(32), collectedAt: at, items: [{ type: 'deb', name: 'z' }] },
      { attempt: 1, steps: [{ name: 'verify', ms: 1, output: '', exit: 0 }], state: 'completed' },
      { now: at, next: 60, want: [], cancel: [], live: [] },
    ];
    return [
      ...bodies.flatMap((body, index) => [`${String.fromCharCode(index)}${JSON.stringify(body)}`]),
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
