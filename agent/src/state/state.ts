import { readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import * as z from 'zod';
import { AgentError } from '../errors.ts';

// What an agent keeps, all 0600 in one folder: its settings, the pinned CA, key and certificate in one file (so that a
// renewal swaps both at once), the trust chain, the last sections, the spool, the tasks' journal, the log.

const settingsSchema = z.object({
  format: z.literal('sallyport-agent/1'),
  server: z.string().max(512),
  root: z.string().max(4096),
  observeOnly: z.boolean(),
  /** Whether executable files are looked for and hashed. */
  executables: z.boolean().default(false),
  /** The agent's own random id, for devices whose firmware and system have none. */
  ownId: z.string().regex(/^[0-9a-f]{32}$/),
  site: z.string().max(64).optional(),
  deviceId: z.string().max(64).optional(),
  enrolledAt: z.string().max(32).optional(),
});

export type Settings = z.infer<typeof settingsSchema>;

type Identity = { key: string; cert: string };
type EnrolKey = { keyPem: string; csrPem: string };

export type AgentState = {
  folder: string;
  path(...parts: string[]): string;
  settings(): Settings | undefined;
  writeSettings(settings: Settings): void;
  ca(): string | undefined;
  writeCa(pem: string): void;
  identity(): Identity | undefined;
  writeIdentity(identity: Identity): void;
  /** The key of an enrolment that is not finished. */
  enrolKey(): EnrolKey | undefined;
  writeEnrolKey(key: EnrolKey): void;
  dropEnrolKey(): void;
};

/** Key and certificate. */
export const identityFile = 'identity.pem';

export const newOwnId = (): string => Buffer.from(randomBytes(16)).toString('hex');

const pemBlocks = (text: string): string[] =>
  text.match(/-----BEGIN [A-Z ]+-----[\s\S]+?-----END [A-Z ]+-----\n?/g) ?? [];

/** Opens a state folder, making it where it is absent. */
export const openState = (stateDir: string): AgentState => {
  const folder = resolve(stateDir);
  ensureDir(folder, 0o700);
  const path = (...parts: string[]): string => join(folder, ...parts);
  const read = (name: string): string | undefined =>
    isThere(path(name)) ? readFileSync(path(name), 'utf8') : undefined;
  const write = (name: string, text: string): void => writeFileDurable(path(name), text, 0o600);
  const pair = (name: string): [string, string] | undefined => {
    const [first, second] = pemBlocks(read(name) ?? '');
    return first === undefined || second === undefined ? undefined : [first, second];
  };
  return {
    folder,
    path,
    settings: () => {
      const text = read('agent.json');
      if (text === undefined) return undefined;
      const parsed = settingsSchema.safeParse(JSON.parse(text));
      if (!parsed.success) throw new AgentError('STATE', `${path('agent.json')}: ${z.prettifyError(parsed.error)}`);
      return parsed.data;
    },
    writeSettings: (settings) => write('agent.json', `${JSON.stringify(settingsSchema.parse(settings), null, 2)}\n`),
    ca: () => read('ca.pem'),
    writeCa: (pem) => write('ca.pem', pem),
    identity: () => {
      const found = pair(identityFile);
      return found === undefined ? undefined : { key: found[0], cert: found[1] };
    },
    writeIdentity: ({ key, cert }) => write(identityFile, `${key}${cert}`),
    enrolKey: () => {
      const found = pair('enrol-key.pem');
      return found === undefined ? undefined : { keyPem: found[0], csrPem: found[1] };
    },
    writeEnrolKey: ({ keyPem, csrPem }) => write('enrol-key.pem', `${keyPem}${csrPem}`),
    dropEnrolKey: () => rmSync(path('enrol-key.pem'), { force: true }),
  };
};
