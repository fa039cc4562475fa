import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Extensions } from '../../src/all-declarations.ts';
import { type Appliance, compose } from '../../src/compose.ts';
import { type Right, systemActor } from '../../src/engine/objects/types.ts';
import { type EntryParts, entryParts } from '../../src/entry-parts.ts';
import { newTokenSecret, tokenHash } from '../../src/features/devices/types.ts';
import { openLog } from '../../src/platform/log.ts';
import { apiApp } from '../../src/server/api/app.ts';
import { passingClocks } from './clocks.ts';
import { initialised } from './initialised.ts';
import { cheapPasswords } from './passwords.ts';
import { reporter } from './site.ts';

export type Answer = { status: number; headers: Headers; text: string; json: Record<string, unknown> };

type CallOptions = {
  token?: string;
  /** An object is sent as JSON; bytes and text as they are. */
  body?: unknown;
  type?: string;
  headers?: Record<string, string>;
};

export type ApiSite = {
  appliance: Appliance;
  parts: EntryParts;
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** A token of an account with a built-in role, or with exactly these rights. */
  tokenOf(role: string, rights?: readonly Right[]): string;
  /** A device that was let in, or waits for a person. */
  device(hostname: string, approve?: 'auto' | 'manual'): { id: number; publicId: string };
  report: ReturnType<typeof reporter>;
  close(): Promise<void>;
};

const jsonOf = (text: string): Record<string, unknown> => {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
};

/** A really composed appliance in a temporary folder, and its API without a listener. */
export const openApiSite = async (extensions: Extensions = {}): Promise<ApiSite> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-api-'));
  const log = openLog('silent');
  await initialised({
    dataDir: folder,
    site: 'line-1',
    addresses: ['localhost'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'administrator',
    log,
  });
  const appliance = await compose({
    clocks: passingClocks,
    dataDir: folder,
    log,
    extensions,
    hashing: cheapPasswords(),
    lateStatements: true,
  });
  const parts = entryParts(appliance);
  const app = apiApp(parts);
  const { objects, accounts, devices } = appliance;
  let made = 0;
  return {
    appliance,
    parts,
    call: async (method, path, options = {}) => {
      const { body } = options;
      const isRaw = body === undefined || typeof body === 'string' || body instanceof Uint8Array;
      const type = options.type ?? (isRaw ? undefined : 'application/json');
      const response = await app.request(path, {
        method,
        headers: {
          ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
          ...(type === undefined ? {} : { 'content-type': type }),
          ...options.headers,
        },
        ...(body === undefined ? {} : { body: isRaw ? (body as string) : JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, text, json: jsonOf(text) };
    },
    tokenOf: (role, rights) => {
      made += 1;
      const account = objects.create(systemActor, 'account', { name: `${role}-${made}`, roles: [role] });
      return accounts.createApiToken(systemActor, {
        name: `token-${made}`,
        account: account.id,
        ...(rights === undefined ? {} : { rights }),
      }).secret;
    },
    device: (hostname, approve = 'auto') => {
      made += 1;
      const secret = newTokenSecret();
      objects.create(systemActor, 'token', {
        name: `enrol-${made}`,
        purpose: 'agent',
        hash: tokenHash(secret),
        approve,
      });
      const outcome = devices.enrol({
        request: {
          token: secret,
          csr: '',
          agentVersion: '0.1.0',
          device: {
            hostname,
            os: 'linux',
            arch: 'amd64',
            macs: [`00:1b:21:aa:bb:${made.toString(16).padStart(2, '0')}`],
          },
        },
        csr: { publicKey: new Uint8Array(91), keyDigest: made.toString(16).padStart(64, '0') },
        from: '192.0.2.1',
      });
      return { id: outcome.device.id, publicId: outcome.device.publicId };
    },
    report: reporter(appliance.inventory),
    close: async () => {
      await appliance.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
