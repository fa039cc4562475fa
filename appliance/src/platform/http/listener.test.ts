import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startListener } from './listener.ts';

// What a client of another make is offered and told, before anything of ours answers.

let folder = '';

folder = mkdtempSync(join(tmpdir(), 'sallyport-listener-'));
const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'];
const made = ['-x509', ...curve, '-nodes', '-keyout', key, '-out', cert, '-subj', '/CN=plant', '-days', '2'];
execFileSync('openssl', ['req', ...made], { stdio: 'ignore' });
const pem = readFileSync(cert, 'utf8');
const listener = await startListener({
  fetch: () => new Response('ok'),
  tls: { key: readFileSync(key, 'utf8'), cert: pem, ca: pem },
  listen: { address: '127.0.0.1', port: 0 },
});
afterAll(async () => {
  await listener?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The suite that OpenSSL's own client agrees on; empty where the server has none of those it offers. */
const agreedSuite = (options: readonly string[]): Promise<string> =>
  new Promise((resolve, reject) => {
    const client = spawn('openssl', ['s_client', '-connect', `127.0.0.1:${listener.port}`, ...options]);
    let said = '';
    client.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
    client.once('error', reject);
    client.once('close', () => {
      const suite = /Cipher is (\S+)/.exec(said)?.[1] ?? '';
      resolve(suite === '(NONE)' ? '' : suite);
    });
    client.stdin.end('Q\n');
  });

/** Every suite of TLS 1.2 that OpenSSL knows, in whatever state of grace. */
const allSuites = (): string[] =>
  execFileSync('openssl', ['ciphers', '-s', '-tls1_2', 'ALL:COMPLEMENTOFALL@SECLEVEL=0'], { encoding: 'utf8' })
    .trim()
    .split(':');

describe('TLS', () => {
  it('takes of TLS 1.2 what authenticates as it encrypts, and nothing else', async () => {
    const isSound = (suite: string): boolean => /^ECDHE-ECDSA-.*(GCM|CHACHA20-POLY1305)/.test(suite);
    const offered = allSuites();
    expect(offered.filter((suite) => suite.includes('CBC') || suite.endsWith('SHA')).length).toBeGreaterThan(5);
    const agreed = (...suites: string[]) => agreedSuite(['-tls1_2', '-cipher', `${suites.join(':')}:@SECLEVEL=0`]);
    // Whoever offers all of them at once and is refused is refused with each.
    const unsound = offered.filter((suite) => !isSound(suite));
    expect(await agreed(...unsound)).toBe('');
    for (const suite of ['ECDHE-ECDSA-AES256-GCM-SHA384', 'ECDHE-ECDSA-AES128-GCM-SHA256'])
      expect(await agreed(...unsound, suite)).toBe(suite);
  });

  it.each([
    ['-tls1_3', /^TLS_/],
    ['-tls1_1', /^$/],
    ['-tls1', /^$/],
  ])('answers a client of %s with %s', async (version, suite) => {
    expect(await agreedSuite([version, '-cipher', 'ALL@SECLEVEL=0'])).toMatch(suite);
  });
});

describe('Strict-Transport-Security', () => {
  const year = 'max-age=31536000';
  const cases: readonly (readonly [authority: string, told: string])[] = [
    ['sallyport.plant.example', `${year}; includeSubDomains`],
    ['Sallyport.Plant.example:8443', `${year}; includeSubDomains`],
    ['sallyport.plant.example.', `${year}; includeSubDomains`],
    ['xn--80a1acny.example', `${year}; includeSubDomains`],
    ['sallyport', year],
    ['sallyport:8443', year],
    ['192.0.2.7', year],
    ['192.0.2.7:8443', year],
    ['[2001:db8::7]:8443', year],
    ['localhost', year],
    ['a..b', year],
  ];

  it.each(cases)('asked for as %s says %s over both versions of HTTP', async (authority, told) => {
    const overHttp1 = await new Promise<unknown>((resolve, reject) => {
      const target = { host: '127.0.0.1', port: listener.port, rejectUnauthorized: false, agent: false } as const;
      const call = request({ ...target, headers: { host: authority } }, (answer) => {
        answer.resume();
        answer.once('end', () => resolve(answer.headers['strict-transport-security']));
      });
      call.once('error', reject);
      call.end();
    });
    const session = connect(`https://127.0.0.1:${listener.port}`, { rejectUnauthorized: false });
    const overHttp2 = await new Promise<unknown>((resolve, reject) => {
      session.once('error', reject);
      const stream = session.request({ ':path': '/', ':authority': authority });
      stream.once('response', (headers) => resolve(headers['strict-transport-security']));
      stream.resume();
      stream.end();
    });
    session.close();
    expect([overHttp1, overHttp2]).toEqual([told, told]);
  });
});
