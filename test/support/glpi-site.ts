import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { openLog } from '@sallyport/appliance/platform/log';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { freePort, type Running, startCommand, temporaryFolder } from './commands.ts';
import { makeToken } from './tokens.ts';

// A server as it is shipped, and the agents of others in front of it: Debian's own, and a client of the JSON dialect.

const log = openLog('silent');

/** Whether Debian's agents are here, and this process may give Fusion a state folder of its own. */
export const hasAgents =
  spawnSync('unshare', ['-m', 'true']).status === 0 &&
  ['fusioninventory-agent', 'ocsinventory-agent'].every((name) => spawnSync('which', [name]).status === 0);

/** A view of the mounts of one's own, which holds none of the others' longer than they do. */
export const ownMounts = ['--mount', '--propagation', 'slave'] as const;

type Package = { name: string; version: string; arch: string };

/** What dpkg itself says is installed, each once. */
export const installed = (): string[] =>
  [
    ...new Set(
      execFileSync('dpkg-query', ['-W', '-f', `\${Package} \${Version} \${Architecture} \${db:Status-Status}\\n`], {
        encoding: 'utf8',
      })
        .split('\n')
        .filter((line) => line.endsWith(' installed'))
        .map((line) => line.replace(/ installed$/, '')),
    ),
  ].sort();

/** The packages of a section in the same form. */
export const listed = (rows: readonly unknown[]): string[] =>
  (rows as Package[]).map(({ name, version, arch }) => `${name} ${version} ${arch}`).sort();

type AgentRun = { status: number | null; output: string };

export type GlpiAnswer = { status: number; headers: NodeJS.Dict<string | string[]>; body: Buffer };

const run = (program: string, args: readonly string[]): Promise<AgentRun> =>
  new Promise((resolve) => {
    execFile(
      program,
      args,
      {
        encoding: 'utf8',
        maxBuffer: 64 << 20,
        timeout: 120_000,
        env: { ...process.env, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
      },
      (error, stdout, stderr) => {
        const status = error === null ? 0 : typeof error.code === 'number' ? error.code : null;
        resolve({ status, output: `${stdout}${stderr}` });
      },
    );
  });

type FusionRun = {
  url: string;
  ca: string;
  /** Where the agent keeps its memory, which it would keep in one fixed folder of the system. */
  state: string;
  more?: readonly string[];
  /** Shell lines that run first, in a mount namespace of their own. */
  prepare?: string;
};

/** Runs Debian's FusionInventory agent once. */
export const runFusion = ({ url, ca, state, more = [], prepare = ':' }: FusionRun): Promise<AgentRun> => {
  mkdirSync(state, { recursive: true });
  const script = `mount --bind "$1" /var/lib/fusioninventory-agent && { ${prepare}; } && shift && exec fusioninventory-agent "$@"`;
  const args = [
    '--config=none',
    `--server=${url}`,
    `--ca-cert-file=${ca}`,
    '--no-httpd',
    '--no-p2p',
    '--logger=stderr',
    '--debug',
    '--debug',
  ]; // prettier-ignore
  return run('unshare', [...ownMounts, 'sh', '-c', script, 'sh', state, ...args, ...more]);
};

export const asPem = (der: Uint8Array): string => new X509Certificate(der).toString();

/** A site with a server on loopback. The appliance beside it reads what the server wrote, and decides. */
export const openGlpiSite = async () => {
  const { path: folder, remove } = temporaryFolder('glpi-site');
  const dataDir = join(folder, 'data');
  const port = await freePort();
  await initialised({
    dataDir,
    site: 'line-1',
    addresses: ['localhost', '127.0.0.1'],
    listen: { address: '127.0.0.1', port },
    administrator: 'admin',
    log,
  });
  const appliance: Appliance = await compose({ dataDir, log });
  const ca = join(folder, 'ca.pem');
  writeFileSync(ca, asPem(appliance.ca.certificateDer));
  const server: Running = await startCommand('sallyport', ['serve', '--data', dataDir], /listening/);

  const token = (body: Record<string, unknown> = {}): string =>
    makeToken(appliance.objects, 'glpi', { approve: 'manual', ...body });
  const url = (secret: string): string => `https://127.0.0.1:${port}/a/${secret}/glpi`;

  return {
    folder,
    dataDir,
    appliance,
    port,
    ca,
    server,
    token,
    url,
    /** Debian's FusionInventory agent; `state` names its memory. */
    fusion: (secret: string, options: { state: string; more?: readonly string[]; ca?: string }): Promise<AgentRun> =>
      runFusion({ ca, ...options, url: url(secret), state: join(folder, `fusion-${options.state}`) }),
    /** Debian's OCS agent. */
    ocs: (secret: string, options: { state: string; more?: readonly string[]; ca?: string }): Promise<AgentRun> => {
      const state = join(folder, `ocs-${options.state}`);
      mkdirSync(state, { recursive: true });
      const args = [
        '--nolocal',
        `--server=${url(secret)}`,
        `--ca=${options.ca ?? ca}`,
        '--ssl=1',
        `--basevardir=${state}`,
        '--debug',
      ]; // prettier-ignore
      return run('ocsinventory-agent', [...args, ...(options.more ?? [])]);
    },
    /** One request as a client would send it. */
    send: (
      secret: string,
      call: { method?: string; query?: string; headers?: Record<string, string>; body?: Buffer },
    ): Promise<GlpiAnswer> =>
      new Promise((resolve, reject) => {
        const made = request(
          `${url(secret)}${call.query ?? ''}`,
          {
            method: call.method ?? 'POST',
            headers: call.headers ?? {},
            ca: asPem(appliance.ca.certificateDer),
            // A connection of its own: a kept one may be closed while this process searches a folder.
            agent: false,
          },
          (response) => {
            const chunks: Buffer[] = [];
            response.on('data', (chunk: Buffer) => chunks.push(chunk));
            response.on('end', () =>
              resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
            );
          },
        );
        made.on('error', reject);
        made.end(call.body);
      }),
    close: async (): Promise<void> => {
      await server.kill();
      await appliance.close();
      remove();
    },
  };
};

export type GlpiSite = Awaited<ReturnType<typeof openGlpiSite>>;
