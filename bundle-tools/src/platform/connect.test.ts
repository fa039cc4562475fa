import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, request as httpRequest, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { httpGet } from './connect.ts';

const BODY = Buffer.from('twelve bytes');
const limits = { maxBytes: 1_000, timeoutMs: 5_000 };
let folder: string;
let servers: Server[];

const serve = async (listener: RequestListener): Promise<string> => {
  const server = createServer(listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'connect-'));
  servers = [];
});

afterEach(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(folder, { recursive: true, force: true });
});

test('returns the body with its digest, or writes it to a file', async () => {
  const base = await serve((_request, response) => response.end(BODY));
  const got = await httpGet(`${base}/a`, limits);
  expect(Buffer.from(got.bytes)).toEqual(BODY);
  const to = join(folder, 'a');
  const streamed = await httpGet(`${base}/a`, { ...limits, to, sha256: got.sha256 });
  expect(streamed.sizeBytes).toBe(BODY.length);
  expect(readFileSync(to)).toEqual(BODY);
});

test('follows a redirect, but neither for ever nor to another scheme', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/one') response.writeHead(302, { location: '/two' }).end();
    else if (request.url === '/loop') response.writeHead(302, { location: '/loop' }).end();
    else if (request.url === '/file') response.writeHead(302, { location: 'file:///etc/passwd' }).end();
    else response.end(BODY);
  });
  expect((await httpGet(`${base}/one`, limits)).url).toBe(`${base}/two`);
  await expect(httpGet(`${base}/loop`, limits)).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  await expect(httpGet(`${base}/file`, limits)).rejects.toMatchObject({ code: 'FETCH_FAILED' });
});

test('LIMIT: an announced and an unannounced oversized body, and no file stays behind', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/announced') response.setHeader('content-length', BODY.length);
    response.write(BODY.subarray(0, 6));
    response.end(BODY.subarray(6));
  });
  const to = join(folder, 'a');
  for (const path of ['/announced', '/unannounced']) {
    await expect(httpGet(base + path, { ...limits, maxBytes: 11, to })).rejects.toMatchObject({ code: 'LIMIT' });
    expect(existsSync(to)).toBe(false);
  }
  expect((await httpGet(`${base}/unannounced`, { ...limits, maxBytes: 12 })).sizeBytes).toBe(12);
});

test('HASH, NOT_FOUND and other statuses', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/ok') response.end(BODY);
    else response.writeHead(request.url === '/gone' ? 404 : 503).end();
  });
  const to = join(folder, 'a');
  await expect(httpGet(`${base}/ok`, { ...limits, to, sha256: '0'.repeat(64) })).rejects.toMatchObject({
    code: 'HASH',
  });
  expect(existsSync(to)).toBe(false);
  await expect(httpGet(`${base}/gone`, limits)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  await expect(httpGet(`${base}/busy`, limits)).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  await expect(httpGet('ftp://127.0.0.1/x', limits)).rejects.toMatchObject({ code: 'FETCH_FAILED' });
});

test('FETCH_FAILED: a connection cut in the body, and a server that never answers', async () => {
  const base = await serve((request, response) => {
    if (request.url === '/silent') return;
    response.setHeader('content-length', 100);
    response.write(BODY, () => response.destroy());
  });
  await expect(httpGet(`${base}/cut`, limits)).rejects.toMatchObject({ code: 'FETCH_FAILED' });
  await expect(httpGet(`${base}/silent`, { ...limits, timeoutMs: 100 })).rejects.toMatchObject({
    code: 'FETCH_FAILED',
    message: expect.stringContaining('100 ms'),
  });
});

test('an http proxy gets the absolute address', async () => {
  const asked: (string | undefined)[] = [];
  const origin = await serve((_request, response) => response.end(BODY));
  const proxy = await serve((request, response) => {
    asked.push(request.url);
    httpRequest(request.url ?? '', (answer) => answer.pipe(response)).end();
  });
  const got = await httpGet(`${origin}/a`, { ...limits, proxy });
  expect(Buffer.from(got.bytes)).toEqual(BODY);
  expect(asked).toEqual([`${origin}/a`]);
});

test('https goes through a tunnel of the proxy, whose refusal is named', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = await serve((_request, response) => response.end(BODY));
  servers.at(-1)?.on('connect', (request, socket) => {
    asked.push(request.url);
    socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
  });
  await expect(httpGet('https://packages.example/a', { ...limits, proxy })).rejects.toMatchObject({
    code: 'FETCH_FAILED',
    message: expect.stringContaining('502'),
  });
  expect(asked).toEqual(['packages.example:443']);
});
