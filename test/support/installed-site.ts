import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connect } from 'node:tls';
import { type Outcome, tryCommand } from './commands.ts';
import { runRelease } from './release-tree.ts';
import { repositoryRoot } from './sources.ts';
import { type SupervisorOrder, supervise } from './supervisor.ts';
import { until } from './until.ts';

// A site as it is installed: releases and `current` below one folder, a data directory, and a supervisor in place of systemd.

export type InstalledSite = {
  readonly root: string;
  readonly data: string;
  release(version: string): string;
  current(): string;
  /** The lines that say where all of it is. */
  readonly place: readonly string[];
  /** Runs a command of a release. */
  run: typeof runRelease;
  supervise(order: SupervisorOrder): Promise<void>;
  /** Ends what runs without a word, as when the power fails; what an upgrade started was ended by who did that. */
  cutPower(): void;
  /** Of the server that was started last; 0 without one. */
  serverPid(): number;
  log(): string;
  /** The status of the page of log-in; 0 where nobody answers. */
  page(): Promise<number>;
  /** Waits until the page is served. */
  serves(): Promise<void>;
};

const askPage = (port: number): Promise<number> =>
  new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port, servername: 'localhost', rejectUnauthorized: false });
    let text = '';
    socket.once('secureConnect', () =>
      socket.write('GET /login HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n'),
    );
    socket.on('data', (bytes) => {
      text += String(bytes);
    });
    socket.once('error', () => resolve(0));
    socket.once('close', () => resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(text)?.[1] ?? 0)));
  });

/** Over the releases that lie in `releases` and a data directory `root`/data, whose server listens on `port`. */
export function installedSite(root: string, releases: string, current: string, port: number): InstalledSite {
  mkdirSync(root, { recursive: true });
  symlinkSync(releases, join(root, 'releases'));
  symlinkSync(join('releases', current), join(root, 'current'));
  const data = join(root, 'data');
  const supervisor = (order: string): string[] => [
    process.execPath,
    join(repositoryRoot, 'test/support/supervisor-main.ts'),
    root,
    data,
    order,
  ];
  const service = join(root, 'service.json');
  writeFileSync(
    service,
    JSON.stringify(
      Object.fromEntries(['start', 'stop', 'restart', 'ended'].map((order) => [order, supervisor(order)])),
    ),
  );
  const pidFile = join(root, 'server.pid');
  const log = (): string =>
    existsSync(join(root, 'server.log')) ? readFileSync(join(root, 'server.log'), 'utf8') : '';
  const page = (): Promise<number> => askPage(port);
  return {
    root,
    data,
    release: (version) => join(releases, version),
    current: () =>
      /"version":"([^"]+)"/.exec(readFileSync(join(root, 'current/appliance/package.json'), 'utf8'))?.[1] ?? '',
    place: ['--data', data, '--root', root, '--service', service],
    run: runRelease,
    supervise: (order) => supervise(root, data, order),
    cutPower: () => {
      const pid = existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0;
      try {
        if (pid > 0) process.kill(pid, 'SIGKILL');
      } catch {
        // It was ended with the others.
      }
      for (const name of ['server.pid', 'supervisor.lock']) rmSync(join(root, name), { force: true });
    },
    serverPid: () => (existsSync(pidFile) ? Number(readFileSync(pidFile, 'utf8')) : 0),
    log,
    page,
    serves: async () => void (await until(async () => ((await page()) === 200 ? true : undefined))),
  };
}

/** Makes the data directory of a site. */
export async function initSite(data: string, port: number): Promise<{ recoveryKey: string }> {
  rmSync(data, { recursive: true, force: true });
  const line = [
    'init',
    '--data',
    data,
    '--site',
    'aqtau-1',
    '--address',
    'localhost',
    '--address',
    '127.0.0.1',
    '--listen',
    `127.0.0.1:${port}`,
  ];
  const made: Outcome = await tryCommand('sallyport', [...line, '--json']);
  if (made.status !== 0) throw new Error(made.stderr);
  return JSON.parse(made.stdout) as { recoveryKey: string };
}
