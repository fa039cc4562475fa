import { deflateSync, gzipSync } from 'node:zlib';
import { type Random, random } from '../bench/support/random.ts';

// Requests that nobody honest sends, made from a seed: bodies that begin like an agent's and go wrong, and heads that lie
// about them. Used against a server that is up; what it must not do is said by the test.

export type Hostile = {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
  /** Whose certificate it comes with; undefined: none. */
  device: boolean;
  /** What was done to it, for a failure's message. */
  kind: string;
};

export type EntryPoints = {
  /** Ids and secrets that are valid, so that a request gets past the first check. */
  glpiToken: string;
  osqueryKey: string;
  osquerySecret: string;
  /** Tasks that there are: of the first device, and of the second. */
  tasks: readonly string[];
};

const native = '/api/agent/v1';

const paths = ({
  glpiToken,
  tasks,
}: EntryPoints): readonly (readonly [method: string, path: string, isDevice: boolean])[] => [
  ['GET', `${native}/site`, false],
  ['GET', `${native}/trust/timestamp.json`, true],
  ['POST', `${native}/enrol`, false],
  ['POST', `${native}/renew`, true],
  ['POST', `${native}/check-in`, true],
  ['PUT', `${native}/sections/software`, true],
  ['PUT', `${native}/sections/accounts`, true],
  ['PUT', `${native}/sections/identity`, true],
  ['POST', `${native}/events`, true],
  ['POST', `${native}/tasks/${'a'.repeat(32)}/result`, true],
  ['POST', `${native}/tasks/${'a'.repeat(32)}/permit`, true],
  ...tasks.flatMap((task) =>
    ['result', 'permit'].map((name) => ['POST', `${native}/tasks/${task}/${name}`, true] as const),
  ),
  ['GET', `${native}/objects/sha256/${'a'.repeat(64)}`, true],
  ['POST', `/a/${glpiToken}/glpi`, false],
  ['POST', `/a/${glpiToken}/glpi`, false],
  ['GET', `/a/${glpiToken}/glpi`, false],
  ['POST', '/a/wrong-token/glpi', false],
  ...['enrol', 'enroll', 'config', 'log', 'distributed/read', 'distributed/write', 'carve/begin', 'carve/block'].map(
    (name) => ['POST', `/api/osquery/${name}`, false] as const,
  ),
];

const id = 'ab'.repeat(16);
const at = '2026-05-01T00:00:00Z';

/** Bodies as honest clients send them, so that what is done to them gets deep. */
const honest = ({ osqueryKey, osquerySecret, tasks }: EntryPoints): readonly (string | object)[] => [
  { bootId: id, seq: 1, version: '1', sections: { software: 'ab'.repeat(32) } },
  {
    token: 't',
    csr: '-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n',
    agentVersion: '1',
    device: { hostname: 'h' },
  },
  { hash: 'ab'.repeat(32), collectedAt: at, items: [{ type: 'deb', name: 'z', version: '1', arch: 'amd64' }] },
  { events: [{ id, type: 'object.refused', at, params: { object: 'x', n: 1 } }] },
  ...tasks.map((task) => ({
    bootId: id,
    seq: 1,
    version: '1',
    sections: {},
    task: { id: task, state: 'running' },
  })),
  { attempt: 1, steps: [{ name: 'verify', ms: 1, output: '', exit: 0 }], state: 'completed' },
  { action: 'contact', deviceid: 'h-2026-01-01-00-00-00', name: 'GLPI-Agent', version: '1.7' },
  {
    action: 'inventory',
    deviceid: 'h-2026-01-01-00-00-00',
    itemtype: 'Computer',
    content: {
      hardware: { name: 'h', uuid: id },
      softwares: [{ name: 'bash', version: '5', from: 'deb' }],
      versionclient: 'x',
    },
  },
  `<?xml version="1.0" encoding="UTF-8"?><REQUEST><DEVICEID>h-2026-01-01-00-00-00</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>`,
  `<?xml version="1.0"?><REQUEST><CONTENT><HARDWARE><NAME>h</NAME><UUID>${id}</UUID></HARDWARE><SOFTWARES><NAME>bash</NAME><VERSION>5</VERSION></SOFTWARES></CONTENT><DEVICEID>h-2026-01-01-00-00-00</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>`,
  { enroll_secret: osquerySecret, host_identifier: 'h', host_details: { system_info: { uuid: id, hostname: 'h' } } },
  { node_key: osqueryKey },
  { node_key: osqueryKey, log_type: 'result', data: [{ name: 'x', action: 'snapshot', snapshot: [{ a: '1' }] }] },
  {
    node_key: osqueryKey,
    queries: { 'sallyport/inventory/software_deb': [{ name: 'bash', version: '5' }] },
    statuses: {},
  },
  { node_key: osqueryKey, request_id: 'x', carve_id: 'x', block_count: 1, block_size: 10, carve_size: 10 },
  { session_id: 'a'.repeat(64), block_id: 0, data: 'AAAA' },
];

const entities = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">${Array.from('bcdefghij', (name, n) => `<!ENTITY ${name} "${`&${'abcdefghi'[n]};`.repeat(10)}">`).join('')}]><REQUEST><QUERY>&j;</QUERY></REQUEST>`;
const outside = `<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><REQUEST><DEVICEID>&x;</DEVICEID><QUERY>PROLOG</QUERY></REQUEST>`;
const deepXml = `<REQUEST>${'<A>'.repeat(20_000)}${'</A>'.repeat(20_000)}</REQUEST>`;
const deepJson = (open: string, close: string, depth: number): string => open.repeat(depth) + close.repeat(depth);
// Made once: 64 MiB of nothing in some 60 KB.
const zeros = Buffer.alloc(64 << 20);
const bombs = [gzipSync(zeros), deflateSync(zeros)];
const wholes: readonly (readonly [string, string | Buffer])[] = [
  ...bombs.map((bomb) => ['a bomb', bomb] as const),
  ['a packed bomb', gzipSync(gzipSync(zeros))],
  ['entities that grow', entities],
  ['an entity of a file', outside],
  ['deep XML', deepXml],
  ['deep lists', deepJson('[', ']', 50_000)],
  ['deep objects', deepJson('{"a":', '}', 20_000)],
  ['lists without an end', '['.repeat(100_000)],
  ['one long name', JSON.stringify({ ['k'.repeat(200_000)]: 1 })],
  ['many names', JSON.stringify(Object.fromEntries(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n])))],
  ['a number beyond all', '{"seq":1e999999,"bootId":"a","version":"1","sections":{}}'],
  ['a long number', `{"seq":${'9'.repeat(50_000)}}`],
  ['no value', ''],
  ['null', 'null'],
  ['nothing but spaces', ' '.repeat(10_000)],
  ['half a surrogate', '{"node_key":"\\ud800","host_identifier":"\\udfff"}'],
  ['the prototype', '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{}}}'],
  ['a byte order mark', '\ufeff{"node_key":"x"}'],
];

const oddValues: readonly unknown[] = [
  null,
  true,
  -1,
  1.5,
  2 ** 53,
  1e308,
  '',
  '\u0000',
  '\u202e',
  'x'.repeat(70_000),
  [],
  {},
  [[]],
  [null],
  '../../../etc/passwd',
  "'; drop table device; --",
  '%00',
  '\ud83d',
  Array.from({ length: 1_000 }, () => 'x'),
]; // prettier-ignore

/** Some value somewhere inside is another, absent, doubled or under another name. */
const bent = (rng: Random, value: unknown): unknown => {
  if (rng.next() < 0.15 || typeof value !== 'object' || value === null) return oddValues[rng.below(oddValues.length)];
  if (Array.isArray(value)) {
    if (value.length === 0) return [oddValues[rng.below(oddValues.length)]];
    const spot = rng.below(value.length);
    return rng.next() < 0.2
      ? Array.from({ length: 300 }, () => value[spot] as unknown)
      : value.map((entry, n): unknown => (n === spot ? bent(rng, entry) : entry));
  }
  const entries = Object.entries(value);
  if (entries.length === 0) return oddValues[rng.below(oddValues.length)];
  const spot = rng.below(entries.length);
  const way = rng.next();
  if (way < 0.15) return Object.fromEntries(entries.filter((_, n) => n !== spot));
  if (way < 0.25)
    return Object.fromEntries(entries.map(([name, one], n) => [n === spot ? `${name}\u0000` : name, one]));
  return Object.fromEntries(entries.map(([name, one], n) => [name, n === spot ? bent(rng, one) : one]));
};

/** Bytes flipped, cut, doubled, put in. */
const broken = (rng: Random, bytes: Buffer): Buffer => {
  const copy = Buffer.from(bytes);
  if (copy.length === 0) return copy;
  const way = rng.below(4);
  if (way === 0) return copy.subarray(0, rng.below(copy.length));
  if (way === 1) return Buffer.concat([copy, copy.subarray(rng.below(copy.length))]);
  for (let n = 0; n <= rng.below(8); n += 1) copy[rng.below(copy.length)] = rng.below(256);
  return copy;
};

const packed = (rng: Random, bytes: Buffer): { bytes: Buffer; as: string } => {
  const way = rng.below(5);
  if (way === 0) return { bytes: gzipSync(bytes, { level: 1 }), as: 'gzip' };
  if (way === 1) return { bytes: deflateSync(bytes, { level: 1 }), as: 'deflate' };
  return { bytes, as: '' };
};

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD', 'PROPFIND'];
const types = [
  'application/json',
  'application/xml',
  'application/x-compress-zlib',
  'text/plain',
  'multipart/form-data',
  '',
];

/** The n-th hostile request of a seed. */
export const hostileRequest = (seed: number, n: number, entryPoints: EntryPoints): Hostile => {
  const rng = random(seed * 1_000_003 + n);
  const all = paths(entryPoints);
  const [usual, path, isDevice] = all[rng.below(all.length)] ?? ['GET', '/', false];
  const method = rng.next() < 0.05 ? (methods[rng.below(methods.length)] ?? 'GET') : usual;
  const bodies = honest(entryPoints);
  const body = bodies[rng.below(bodies.length)] ?? {};
  const whole = rng.next() < 0.04 ? wholes[rng.below(wholes.length)] : undefined;
  let kind: string;
  let bytes: Buffer;
  if (whole !== undefined) {
    kind = whole[0];
    bytes = Buffer.from(whole[1]);
  } else if (typeof body === 'string' || rng.next() < 0.3) {
    kind = 'broken bytes';
    bytes = broken(rng, Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)));
  } else {
    kind = 'bent values';
    bytes = Buffer.from(JSON.stringify(bent(rng, body)) ?? '');
  }
  const wire = whole === undefined || typeof whole[1] === 'string' ? packed(rng, bytes) : { bytes, as: 'gzip' };
  const isTorn = rng.next() < 0.2 && wire.as !== '';
  const headers: Record<string, string> = { 'content-type': types[rng.below(types.length)] ?? '' };
  if (wire.as !== '' && rng.next() < 0.7) headers['content-encoding'] = wire.as;
  if (rng.next() < 0.05) headers['content-encoding'] = ['br', 'gzip, gzip', 'x'][rng.below(3)] ?? 'x';
  if (path.includes('glpi') && rng.next() < 0.5) headers['glpi-agent-id'] = rng.next() < 0.8 ? id : 'x'.repeat(300);
  if (rng.next() < 0.02) headers['range'] = `bytes=${rng.below(9)}-${'9'.repeat(30)}`;
  if (rng.next() < 0.02) headers['x-forwarded-for'] = '127.0.0.1';
  if (rng.next() < 0.01) headers['cookie'] = 'a=b; '.repeat(500);
  return {
    method,
    path: rng.next() < 0.03 ? `${path}/%2e%2e/%00${'a'.repeat(rng.below(3_000))}` : path,
    headers,
    body: isTorn ? broken(rng, wire.bytes) : wire.bytes,
    device: isDevice ? rng.next() < 0.9 : rng.next() < 0.1,
    kind: `${kind}${isTorn ? ', torn' : ''}`,
  };
};
