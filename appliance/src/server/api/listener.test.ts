import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { startListener } from '../../platform/http/listener.ts';
import { httpApp } from '../http-app.ts';

// What a real connection can do to the API that a call inside the process cannot: stream, stall, go away.

const mebibyte = 1024 * 1024;

const site = await openApiSite();
const operator = site.tokenOf('operator');
site.appliance.objects.setSetting(systemActor, 'exchange.medium-bytes', 16 * mebibyte);
site.appliance.objects.setSetting(systemActor, 'exchange.reserve-bytes', 0);
const listener = await startListener({
  fetch: httpApp(site.appliance).fetch,
  tls: await site.appliance.ca.serverMaterial(site.appliance.config.addresses),
  listen: { address: '127.0.0.1', port: 0 },
});
afterAll(async () => {
  await listener?.close();
  await site.close();
});

type Answer = { status: number; text: string };
type Call = {
  method: string;
  path: string;
  type: string;
  chunks: readonly Uint8Array[];
  headers?: Record<string, string>;
};

const overHttp1 = ({ method, path, type, chunks, headers = {} }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const outgoing = request({
      agent: new Agent({ ca: site.appliance.ca.certificatePem }),
      host: 'localhost',
      port: listener.port,
      method,
      path: `/api/v1${path}`,
      headers: { authorization: `Bearer ${operator}`, 'content-type': type, ...headers },
    });
    outgoing.once('response', (response) => {
      let text = '';
      response.on('data', (chunk: Buffer) => (text += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    });
    // A server that has refused may close before everything is sent.
    outgoing.on('error', (error) => ('code' in error && error.code === 'EPIPE' ? undefined : reject(error)));
    for (const chunk of chunks) outgoing.write(chunk);
    outgoing.end();
  });

const overHttp2 = ({ method, path, type, chunks }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const session = connect(`https://localhost:${listener.port}`, { ca: site.appliance.ca.certificatePem });
    session.once('error', reject);
    const stream = session.request({
      ':method': method,
      ':path': `/api/v1${path}`,
      authorization: `Bearer ${operator}`,
      'content-type': type,
    });
    let status = 0;
    let text = '';
    stream.once('response', (headers) => (status = Number(headers[':status'])));
    stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
    stream.once('close', () => {
      session.close();
      resolve({ status, text });
    });
    stream.on('error', () => undefined);
    for (const chunk of chunks) stream.write(chunk);
    stream.end();
  });

const entryPoints = [
  { name: 'HTTP/1.1', send: overHttp1 },
  { name: 'HTTP/2', send: overHttp2 },
];
const uploads = (): string[] => readdirSync(site.appliance.paths.staging).filter((name) => name.startsWith('upload-'));

describe.each(entryPoints)('over $name', ({ send }) => {
  const upload = (chunks: readonly Uint8Array[]): Promise<Answer> =>
    send({ method: 'POST', path: '/exchange/bundles', type: 'application/x-tar', chunks });

  it('an upload of unknown length is stored whole', async () => {
    const chunks = Array.from({ length: 40 }, () => new Uint8Array(randomBytes(100_000)));
    const answer = await upload(chunks);
    expect(answer.status).toBe(201);
    const { id, sizeBytes } = JSON.parse(answer.text) as { id: string; sizeBytes: number };
    expect(sizeBytes).toBe(4_000_000);
    const path = join(site.appliance.paths.staging, `upload-${id}`, 'bundle.tar');
    expect(statSync(path).size).toBe(4_000_000);
    expect(statSync(path).mode & 0o077).toBe(0);
  });

  it('an upload beyond the bound is refused and leaves nothing', async () => {
    const before = uploads();
    const answer = await upload(Array.from({ length: 17 }, () => new Uint8Array(mebibyte)));
    // The answer may be lost where the server closes on a sender that goes on; the file may not stay.
    expect([413, 0]).toContain(answer.status);
    expect(uploads()).toEqual(before);
  });

  it('a large JSON body is refused and the server goes on', async () => {
    const chunks = Array.from({ length: 3 }, () => new Uint8Array(mebibyte).fill(0x20));
    const answer = await send({ method: 'POST', path: '/updates/approve', type: 'application/json', chunks });
    expect([413, 0]).toContain(answer.status);
    const next = await send({ method: 'GET', path: '/site', type: 'text/plain', chunks: [] });
    expect(next.status).toBe(200);
  });
});

describe('a sender', () => {
  it('that goes away in the middle leaves nothing', async () => {
    const before = uploads();
    const outgoing = request({
      agent: new Agent({ ca: site.appliance.ca.certificatePem }),
      host: 'localhost',
      port: listener.port,
      method: 'POST',
      path: '/api/v1/exchange/bundles',
      headers: {
        authorization: `Bearer ${operator}`,
        'content-type': 'application/x-tar',
        'content-length': '9000000',
      },
    });
    outgoing.on('error', () => undefined);
    outgoing.write(new Uint8Array(200_000));
    await expect.poll(uploads).toHaveLength(before.length + 1);
    outgoing.destroy();
    await expect.poll(uploads).toEqual(before);
    expect(existsSync(site.appliance.paths.staging)).toBe(true);
  });

  it('that announces too much is refused at once', async () => {
    const answer = await overHttp1({
      method: 'POST',
      path: '/exchange/bundles',
      type: 'application/x-tar',
      headers: { 'content-length': String(17 * mebibyte), connection: 'close' },
      chunks: Array.from({ length: 17 }, () => new Uint8Array(mebibyte)),
    }).catch(() => ({ status: 413, text: '' }));
    expect(answer.status).toBe(413);
  });

  it('of a compressed body is refused, so that nothing is inflated', async () => {
    const answer = await overHttp1({
      method: 'POST',
      path: '/updates/approve',
      type: 'application/json',
      headers: { 'content-encoding': 'gzip' },
      chunks: [gzipSync(Buffer.alloc(50 * mebibyte, 0x20))],
    });
    expect(answer.status).toBe(415);
  });

  it('without a token cannot make the server read its body', async () => {
    const answer = await overHttp1({
      method: 'POST',
      path: '/exchange/bundles',
      type: 'application/x-tar',
      headers: { authorization: 'Bearer nothing' },
      chunks: [new Uint8Array(1_000)],
    });
    expect(answer.status).toBe(401);
  });
});
