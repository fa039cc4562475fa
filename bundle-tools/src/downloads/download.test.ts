import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestListener,
  type Server,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { downloader } from './download.ts';
import { parseProxy } from './proxies.ts';

const BODY = Buffer.from('twelve bytes');
const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
const declaredOf = (bytes: Uint8Array) => ({ sha256: sha256Of(bytes), sizeBytes: bytes.length });
let folder: string;
let servers: Server[];
/** How long each wait would have been. */
let waitsMs: number[];

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

const tools = (extra = {}) =>
  downloader({
    folder,
    wait: async (ms) => waitsMs.push(ms),
    ...extra,
  });
const files = (): string[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.length > 2);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'download-'));
  servers = [];
  waitsMs = [];
});

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

test('brings a file, and one of known digest once', async () => {
  let asked = 0;
  const base = await serve((_request, response) => {
    asked += 1;
    response.end(BODY);
  });
  const wanted = { url: `${base}/a`, maxBytes: 100, declared: declaredOf(BODY) };
  expect(readFileSync(await tools()(wanted))).toEqual(BODY);
  await tools()(wanted);
  expect(asked).toBe(1);
  await tools()({ url: `${base}/a`, maxBytes: 100 });
  await tools()({ url: `${base}/a`, maxBytes: 100 });
  expect(asked).toBe(3);
});

test('follows a redirect, but neither for ever nor to another scheme', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/one') response.writeHead(302, { location: '/two' }).end();
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else response.end(BODY);
  });
  const get = (path: string) => tools()({ url: base + path, maxBytes: 100 });
  expect(readFileSync(await get('/one'))).toEqual(BODY);
  await expect(get('/loop')).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  await expect(get('/file')).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  expect(waitsMs).toEqual([]);
});

test('LIMIT: an announced and an unannounced oversized body, and no file stays behind', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/announced') response.setHeader('content-length', BODY.length);
    response.write(BODY.subarray(0, 6));
    response.end(BODY.subarray(6));
  });
  for (const path of ['/announced', '/unannounced'])
    await expect(tools()({ url: base + path, maxBytes: 11 })).rejects.toMatchObject({ code: 'LIMIT' });
  expect(files()).toEqual([]);
  expect(existsSync(await tools()({ url: `${base}/unannounced`, maxBytes: 12 }))).toBe(true);
});

test('SOURCE_FULL: neither what is announced nor what comes passes the room of the source', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/announced') response.setHeader('content-length', BODY.length);
    response.write(BODY.subarray(0, 6));
    response.end(BODY.subarray(6));
  });
  for (const path of ['/announced', '/unannounced'])
    await expect(tools({ room: { leftBytes: 11 } })({ url: base + path, maxBytes: 100 })).rejects.toMatchObject({
      code: 'SOURCE_FULL',
    });
  expect(files()).toEqual([]);
  const room = { leftBytes: 20 };
  await tools({ room })({ url: `${base}/announced`, maxBytes: 100 });
  expect(room.leftBytes).toBe(8);
});

test('HASH, TRUNCATED, NOT_FOUND and other statuses', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/ok') response.end(BODY);
    else response.writeHead(request.url === '/gone' ? 404 : 403).end();
  });
  const get = (path: string, declared = declaredOf(BODY)) => tools()({ url: base + path, maxBytes: 100, declared });
  await expect(get('/ok', { sha256: '0'.repeat(64), sizeBytes: 12 })).rejects.toMatchObject({ code: 'HASH' });
  await expect(get('/ok', { sha256: '0'.repeat(64), sizeBytes: 13 })).rejects.toMatchObject({ code: 'TRUNCATED' });
  await expect(get('/gone')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(get('/kept')).rejects.toMatchObject({ code: 'FETCH_FAILED', message: expect.stringContaining('403') });
  await expect(tools()({ url: 'ftp://127.0.0.1/x', maxBytes: 1 })).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  expect(files()).toEqual([]);
});

test('a passing fault is waited for, as long as the server asks', async () => {
  const answers = [503, 429, 200];
  const base = await serve((_request, response) => {
    const status = answers.shift() ?? 500;
    response.writeHead(status, status === 429 ? { 'retry-after': '7' } : {}).end(status === 200 ? BODY : '');
  });
  expect(readFileSync(await tools()({ url: `${base}/a`, maxBytes: 100 }))).toEqual(BODY);
  expect(waitsMs).toHaveLength(2);
  expect(waitsMs[1]).toBe(7000);
  await expect(tools()({ url: `${base}/a`, maxBytes: 100 })).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  expect(waitsMs.slice(2).map((ms) => Math.floor(ms / 1000))).toEqual([1, 2, 4, 8]);
});

test('FETCH_FAILED: a server that never answers, and one that is not there', async () => {
  const base = await serve(() => {});
  const get = (url: string, extra: object) => tools(extra)({ url, maxBytes: 100 });
  await expect(get(`${base}/a`, { idleMs: 50 })).rejects.toMatchObject({
    code: 'FETCH_FAILED',
    message: expect.stringContaining('nothing came for 50 ms'),
  });
  await expect(get(`${base}/a`, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'FETCH_FAILED',
    message: expect.stringContaining('within 50 ms'),
  });
  const gone = await serve(() => {});
  servers.at(-1)?.close();
  await expect(get(gone, {})).rejects.toMatchObject({ code: 'FETCH_FAILED' });
});

// A megabyte whose server hangs up at 60 % of each of the first answers; what was sent is counted there.
const big = Buffer.from(Array.from({ length: 1 << 20 }, (_, index) => (index * 31 + (index >> 8)) & 0xff));
const cutting = (cuts: number, tag: () => string | undefined = () => undefined, content: () => Buffer = () => big) => {
  const sent: { from: number; to: number; ifRange: string | undefined }[] = [];
  const listener = (request: IncomingMessage, response: Parameters<RequestListener>[1]): void => {
    const etag = tag();
    const ifRange = request.headers['if-range'];
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1];
    const from = range === undefined || (ifRange !== undefined && ifRange !== etag) ? 0 : Number(range);
    const body = content();
    const isCut = sent.length < cuts;
    const to = isCut ? from + Math.floor((body.length - from) * 0.6) : body.length;
    sent.push({ from, to, ifRange: ifRange?.toString() });
    if (etag !== undefined) response.setHeader('etag', etag);
    if (from > 0) response.setHeader('content-range', `bytes ${from}-${body.length - 1}/${body.length}`);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': body.length - from });
    response.write(body.subarray(from, to), () => (isCut ? response.destroy() : response.end()));
  };
  return { listener, sent };
};
const overlap = (sent: readonly { from: number; to: number }[]): number =>
  sent.slice(1).reduce((sum, { from }, index) => sum + (sent[index]?.to ?? 0) - from, 0);

test('a download that is cut at 60 % three times ends with the right hash, and no byte is sent twice but those in flight', async () => {
  const { listener, sent } = cutting(3);
  const base = await serve(listener);
  const path = await tools()({ url: `${base}/a`, maxBytes: 1 << 21, declared: declaredOf(big) });
  expect(sha256Of(readFileSync(path))).toBe(sha256Of(big));
  expect(sent).toHaveLength(4);
  expect(sent[3]?.from).toBeGreaterThan(big.length / 2);
  expect(overlap(sent)).toBeLessThanOrEqual(3 * 64 * 1024);
  expect(files()).toHaveLength(1);
});

test('the next run goes on where the last one was cut', async () => {
  const { listener, sent } = cutting(1);
  const base = await serve(listener);
  const wanted = { url: `${base}/a`, maxBytes: 1 << 21, declared: declaredOf(big) };
  const stop = () => Promise.reject(new Error('the process ends'));
  await expect(tools({ wait: stop })(wanted)).rejects.toThrow('the process ends');
  expect(files().filter((name) => name.endsWith('.part'))).toHaveLength(1);
  expect(readFileSync(await tools()(wanted))).toEqual(big);
  expect(sent[1]?.from).toBeGreaterThan(0);
});

test('without a digest a strong tag proves that the rest belongs to the beginning; a changed file starts over', async () => {
  const same = cutting(1, () => '"one"');
  expect(readFileSync(await tools()({ url: await serve(same.listener), maxBytes: 1 << 21 }))).toEqual(big);
  expect(same.sent[1]).toMatchObject({ ifRange: '"one"' });
  expect(same.sent[1]?.from).toBeGreaterThan(0);

  let version = 1;
  const later = Buffer.from(big).fill(7, 0, 10);
  const changed = cutting(
    1,
    () => `"${version++}"`,
    () => (version > 2 ? later : big),
  );
  expect(readFileSync(await tools()({ url: await serve(changed.listener), maxBytes: 1 << 21 }))).toEqual(later);
  expect(changed.sent[1]?.from).toBe(0);

  const unmarked = cutting(1);
  expect(readFileSync(await tools()({ url: await serve(unmarked.listener), maxBytes: 1 << 21 }))).toEqual(big);
  expect(unmarked.sent[1]?.from).toBe(0);
  const weak = cutting(1, () => 'W/"one"');
  expect(readFileSync(await tools()({ url: await serve(weak.listener), maxBytes: 1 << 21 }))).toEqual(big);
  expect(weak.sent[1]?.from).toBe(0);
});

test('a beginning that belongs to another file is thrown away, and the file fetched whole', async () => {
  const other = Buffer.from(big).fill(9);
  const { listener, sent } = cutting(1, undefined, () => (sent.length === 0 ? other : big));
  const base = await serve(listener);
  const wanted = { url: `${base}/a`, maxBytes: 1 << 21, declared: declaredOf(big) };
  const stop = () => Promise.reject(new Error('the process ends'));
  await expect(tools({ wait: stop })(wanted)).rejects.toThrow('the process ends');
  expect(readFileSync(await tools()(wanted))).toEqual(big);
  expect(sent.map(({ from }) => from > 0)).toEqual([false, true, false]);
});

const through = (proxy: string) => ({ proxyOf: () => parseProxy(proxy) });

test('an http proxy gets the absolute address and the account, which the origin never sees', async () => {
  const asked: unknown[] = [];
  const origin = await serve((request, response) => {
    expect(request.headers['proxy-authorization']).toBeUndefined();
    response.end(BODY);
  });
  const proxy = await serve((request, response) => {
    asked.push([request.url, request.headers['proxy-authorization']]);
    httpRequest(request.url ?? '', (answer) => answer.pipe(response)).end();
  });
  const named = proxy.replace('//', '//maria:se%3Acret@');
  expect(readFileSync(await tools(through(named))({ url: `${origin}/a`, maxBytes: 100 }))).toEqual(BODY);
  expect(asked).toEqual([[`${origin}/a`, `Basic ${Buffer.from('maria:se:cret').toString('base64')}`]]);
});

test('https goes through a tunnel of the proxy, whose refusal is named without the password', async () => {
  const asked: unknown[] = [];
  const proxy = await serve((_request, response) => response.end(BODY));
  let status = '502 Bad Gateway';
  servers.at(-1)?.on('connect', (request, socket) => {
    asked.push([request.url, request.headers['proxy-authorization'] !== undefined]);
    socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
  });
  const named = proxy.replace('//', '//maria:secret@');
  const get = (address: string) =>
    tools(through(address))({ url: 'https://packages.example/a', maxBytes: 100 }).catch((error: unknown) => error);
  expect(await get(named)).toMatchObject({ code: 'FETCH_FAILED', message: expect.stringContaining('502') });
  status = '407 Proxy Authentication Required';
  const refused = (await get(named)) as Error;
  expect(refused).toMatchObject({ code: 'PROXY_AUTH', message: expect.stringContaining('refuses this name') });
  expect(`${refused.message}${refused.stack}`).not.toContain('secret');
  expect(await get(proxy)).toMatchObject({ code: 'PROXY_AUTH', message: expect.stringContaining('asks for a name') });
  expect(asked.at(-1)).toEqual(['packages.example:443', false]);
});
