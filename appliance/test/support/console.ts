import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Extensions } from '../../src/all-declarations.ts';
import { type Appliance, compose } from '../../src/compose.ts';
import { systemActor } from '../../src/engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../src/features/devices/types.ts';
import { openLog } from '../../src/platform/log.ts';
import { httpApp } from '../../src/server/http-app.ts';
import { passingClocks } from './clocks.ts';
import { initialised } from './initialised.ts';
import { cheapPasswords } from './passwords.ts';
import { reporter } from './site.ts';

export const password = 'correct horse battery';
const origin = 'http://localhost';

/** A browser without script: keeps cookies, sends the headers of a page of the same origin. */
export type Browser = {
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  /** A page that is there. */
  html(path: string): Promise<string>;
  /** Sends a form with the session's token. */
  post(path: string, fields?: Fields, headers?: Record<string, string>): Promise<Response>;
  postRaw(path: string, body: string | Uint8Array, headers: Record<string, string>): Promise<Response>;
  cookies: Map<string, string>;
  csrf(): Promise<string>;
};

export type Fields = Record<string, string | readonly string[]>;

export type Role = 'anonymous' | 'viewer' | 'operator' | 'administrator';

const encode = (fields: Fields): string => {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(fields))
    for (const one of typeof value === 'string' ? [value] : value) params.append(name, one);
  return params.toString();
};

/** The console of an appliance over a data directory, which goes when it is closed; the link sets the administrator's password. */
export const consoleOf = (appliance: Appliance, dataDir: string, linkPath: string) => {
  const app = httpApp(appliance);

  const browser = (): Browser => {
    const cookies = new Map<string, string>();
    // Of a session for as long as it is one.
    const tokens = new Map<string, string>();
    const send = async (
      path: string,
      init: Omit<RequestInit, 'headers'> & { headers: Record<string, string> },
    ): Promise<Response> => {
      const jar = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const headers = { ...(jar === '' ? {} : { cookie: jar }), ...init.headers };
      const response = await app.request(path, { ...init, headers });
      for (const line of response.headers.getSetCookie()) {
        const [pair = ''] = line.split(';');
        const at = pair.indexOf('=');
        const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
        if (value === '' || /max-age=0/i.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return response;
    };
    const same = { 'sec-fetch-site': 'same-origin', origin };
    const csrf = async (): Promise<string> => {
      const held = tokens.get(cookies.get('__Host-sallyport') ?? '');
      if (held !== undefined) return held;
      const html = await (await send('/me', { headers: {} })).text();
      const token = /name="csrf" value="([A-Za-z0-9_-]{43})"/.exec(html)?.[1] ?? '';
      if (token !== '') tokens.set(cookies.get('__Host-sallyport') ?? '', token);
      return token;
    };
    return {
      cookies,
      csrf,
      get: (path, headers = {}) => send(path, { headers }),
      html: async (path) => {
        const response = await send(path, { headers: {} });
        const text = await response.text();
        if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text.slice(0, 500)}`);
        return text;
      },
      post: async (path, fields = {}, headers = {}) =>
        send(path, {
          method: 'POST',
          body: encode({ csrf: cookies.has('__Host-sallyport') ? await csrf() : '', ...fields }),
          headers: { 'content-type': 'application/x-www-form-urlencoded', ...same, ...headers },
        }),
      postRaw: (path, body, headers) =>
        send(path, { method: 'POST', body: body as BodyInit, headers: { ...same, ...headers } }),
    };
  };

  const known = new Map<Role, Browser>();
  /** A browser with the role logged in; the administrator comes by the link that init made. */
  const as = async (role: Role): Promise<Browser> => {
    const held = known.get(role);
    if (held !== undefined) return held;
    const one = browser();
    if (role !== 'anonymous') {
      let link = linkPath;
      if (role !== 'administrator') {
        const { id } = appliance.objects.create(systemActor, 'account', { name: role, roles: [role] });
        link = `/first/${appliance.accounts.makeLink(systemActor, id).token}`;
      }
      const response = await one.post(link, { password, repeat: password });
      if (response.status !== 303)
        throw new Error(`${role} was not let in: ${response.status} ${await response.text()}`);
    }
    known.set(role, one);
    return one;
  };

  let enrolled = 0;
  /** A device that an automatic token let in. */
  const device = (hostname: string, approve: 'auto' | 'manual' = 'auto') => {
    enrolled += 1;
    const secret = newTokenSecret();
    const { objects, devices } = appliance;
    objects.create(systemActor, 'token', { name: 't', purpose: 'agent', hash: tokenHash(secret), approve });
    const outcome = devices.enrol({
      request: {
        token: secret,
        csr: '',
        agentVersion: '1.0.0',
        device: { uuid: randomUUID(), serial: null, macs: [], hostname, os: 'linux', arch: 'amd64' },
      },
      csr: {
        publicKey: new Uint8Array([enrolled]),
        keyDigest: createHash('sha256').update(`${enrolled}`).digest('hex'),
      },
      from: '10.1.2.3',
    });
    const { id, publicId, state } = outcome.device;
    return { id, publicId, state };
  };

  return {
    appliance,
    app,
    dataDir,
    device,
    linkPath,
    browser,
    as,
    report: reporter(appliance.inventory),
    close: async () => {
      await appliance.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};

/** A whole appliance over a new data directory, reached through its real routes. */
export const openConsole = async (extensions: Extensions = {}) => {
  const dataDir = mkdtempSync(join(tmpdir(), 'sallyport-console-'));
  const made = await initialised({
    dataDir,
    site: 'north',
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'admin',
    log: openLog('silent'),
  });
  const appliance: Appliance = await compose({
    clocks: passingClocks,
    dataDir,
    extensions,
    log: openLog('silent'),
    hashing: cheapPasswords(),
    lateStatements: true,
  });
  return consoleOf(appliance, dataDir, made.linkPath);
};

export type Console = Awaited<ReturnType<typeof openConsole>>;
