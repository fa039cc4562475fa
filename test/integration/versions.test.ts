import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, Agent as HttpsAgent, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../appliance/test/support/console.ts';
import { temporaryFolder, tryCommand } from '../support/commands.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// Two sides of which one is newer, from outside: what a real appliance answers to an agent of tomorrow and of yesterday, and what
// the built agent says to an appliance of tomorrow.

const header = 'sallyport-protocol';

describe('an appliance', () => {
  let site: AgentSite;
  beforeAll(async () => {
    site = await openAgentSite();
  });
  afterAll(() => site.close());

  const get = (path: string, headers: Record<string, string>) =>
    new Promise<{ status: number; version: unknown; error: unknown }>((resolve, reject) => {
      const agent = new HttpsAgent({ ca: site.appliance.ca.certificatePem });
      request({ agent, host: '127.0.0.1', port: site.port, path, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => {
          agent.destroy();
          const { error } = JSON.parse(text) as { error?: unknown };
          resolve({ status: response.statusCode ?? 0, version: response.headers[header], error });
        });
      })
        .on('error', reject)
        .end();
    });

  it.each([
    ['1', 200, '1'],
    ['3, 2, 1', 200, '1'],
    ['2', 400, '1'],
    ['latest', 400, '1'],
  ])('answers an agent that speaks %s with %i, and says that it speaks %s', async (spoken, status, version) => {
    const answer = await get('/api/agent/v1/site', { [header]: spoken });
    expect(answer).toMatchObject({ status, version });
    if (status === 400) expect(answer.error).toBe('VERSION');
  });

  it('takes an agent that says nothing as one of version 1, and names the version in refusals, too', async () => {
    expect(await get('/api/agent/v1/site', {})).toMatchObject({ status: 200, version: '1' });
    expect(await get('/api/agent/v1/trust/timestamp.json', {})).toMatchObject({ status: 401, version: '1' });
  });

  it.each(['/api/v2/devices', '/api/agent/v7/check-in'])('says at %s that it speaks version 1 there', async (path) => {
    expect(await get(path, {})).toMatchObject({ status: 400, error: 'VERSION' });
  });
});

describe('the API', () => {
  it('of another version is told apart from an address that is not there', async () => {
    const site = await openConsole();
    try {
      const admin = await site.as('administrator');
      expect((await admin.get('/api/v2/devices')).status).toBe(400);
      expect(await (await admin.get('/api/v9/x')).json()).toMatchObject({ error: 'VERSION', versions: [1] });
      expect((await admin.get('/api/nothing')).status).toBe(404);
    } finally {
      await site.close();
    }
  });
});

describe('the agent', () => {
  const folder = temporaryFolder('versions');
  let server: Server | undefined;
  let answers: Record<string, string> = {};
  let asked: unknown;
  let fingerprint = '';

  beforeAll(async () => {
    const [key, cert] = [join(folder.path, 'key.pem'), join(folder.path, 'cert.pem')];
    const subject = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
    execFileSync('openssl', ['req', ...kind, '-keyout', key, '-out', cert, ...subject], { stdio: 'pipe' });
    const der = execFileSync('openssl', ['x509', '-in', cert, '-outform', 'DER']);
    fingerprint = execFileSync('openssl', ['dgst', '-sha256', '-r'], { input: der }).toString().slice(0, 64);
    const made = createServer({ key: readFileSync(key), cert: readFileSync(cert) }, (incoming, outgoing) => {
      asked = incoming.headers[header];
      outgoing.writeHead(200, { ...answers, 'Content-Type': 'application/json' });
      outgoing.end(JSON.stringify({ site: 'x', ca: der.toString('base64'), tufRoot: 'AAAA' }));
    });
    server = made;
    await new Promise<void>((resolve) => made.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => {
    server?.close();
    folder.remove();
  });

  const listening = (): Server => {
    if (server === undefined) throw new Error('the server does not listen');
    return server;
  };
  const enrol = async (name: string): Promise<string> => {
    const at = (...parts: string[]): string => join(folder.path, name, ...parts);
    mkdirSync(at('root'), { recursive: true });
    writeFileSync(at('token'), 'token\n');
    const { port } = listening().address() as AddressInfo;
    const address = ['--server', `https://127.0.0.1:${port}`, '--fingerprint', fingerprint];
    const places = ['--token-file', at('token'), '--state', at('state'), '--root', at('root')];
    return (await tryCommand('sallyport-agent', ['enrol', ...address, ...places, '--wait', '0'])).stderr;
  };

  it('says what it speaks, and ends with VERSION where the appliance answers in another version', async () => {
    answers = { [header]: '2' };
    const said = await enrol('newer');
    expect(asked).toBe('1');
    expect(said).toContain('VERSION: the server speaks version 2 of the calls of agents, this agent 1');
  });

  it('goes on where the appliance answers in its version', async () => {
    answers = { [header]: '1' };
    expect(await enrol('same')).not.toContain('VERSION');
  });
});
