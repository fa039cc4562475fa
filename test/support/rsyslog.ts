import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { freeLoopback } from './loopback.ts';
import { until } from './until.ts';

// Debian's rsyslog on loopback in a temporary folder: a listener for each transport, and one file of all that came.

export const hasRsyslog =
  existsSync('/usr/sbin/rsyslogd') &&
  ['imrelp', 'imtcp', 'imudp', 'lmnsd_ossl'].every((name) =>
    existsSync(`/usr/lib/x86_64-linux-gnu/rsyslog/${name}.so`),
  );

export const receiverPorts = { udp: 1514, tcp: 601, tls: 6514, relp: 2514 } as const;

/** What rsyslog read out of a line. */
export type ReceivedLine = {
  readonly priority: string;
  readonly host: string;
  readonly type: string;
  /** The structured data as it stands. */
  readonly data: string;
  readonly text: string;
};

export type Rsyslog = {
  host: string;
  /** What signed its certificate. */
  ca: string;
  /** What was received so far. */
  lines(): ReceivedLine[];
  /** Starts it where it does not run. */
  start(): Promise<void>;
  kill(): Promise<void>;
  remove(): void;
};

const template = '%pri%\\t%hostname%\\t%msgid%\\t%structured-data%\\t%msg%\\n';

export const makeRsyslog = async (): Promise<Rsyslog> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rsyslog-'));
  const host = await freeLoopback(...Object.values(receiverPorts));
  const authority = plantAuthority();
  const { key, certificate } = authority.issue({ names: [host], signer: 'root' });
  const path = (name: string): string => join(folder, name);
  writeFileSync(path('key.pem'), key);
  writeFileSync(path('cert.pem'), certificate);
  writeFileSync(path('ca.pem'), authority.root);
  writeFileSync(
    path('rsyslog.conf'),
    [
      `global(workDirectory="${folder}" maxMessageSize="64k" parser.escapeControlCharactersOnReceive="off"`,
      `  defaultNetstreamDriverCAFile="${path('ca.pem')}" defaultNetstreamDriverCertFile="${path('cert.pem')}"`,
      `  defaultNetstreamDriverKeyFile="${path('key.pem')}")`,
      'module(load="imudp")',
      'module(load="imtcp")',
      'module(load="imrelp")',
      `template(name="all" type="string" string="${template}")`,
      'ruleset(name="all") {',
      `  action(type="omfile" file="${path('received')}" template="all" sync="on")`,
      '}',
      `input(type="imudp" address="${host}" port="${receiverPorts.udp}" ruleset="all")`,
      `input(type="imtcp" address="${host}" port="${receiverPorts.tcp}" ruleset="all")`,
      `input(type="imtcp" address="${host}" port="${receiverPorts.tls}" ruleset="all" StreamDriver.Name="ossl" StreamDriver.Mode="1" StreamDriver.AuthMode="anon")`,
      `input(type="imrelp" address="${host}" port="${receiverPorts.relp}" ruleset="all")`,
      '',
    ].join('\n'),
  );
  let running: ChildProcess | undefined;
  const isListening = (port: number): Promise<boolean> =>
    new Promise((resolve) => {
      const socket = createConnection({ host, port });
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('close', () => undefined);
      socket.once('connect', () => socket.destroy());
    });
  const kill = async (): Promise<void> => {
    const child = running;
    running = undefined;
    if (child === undefined || child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  };
  return {
    host,
    ca: authority.root,
    lines: () =>
      (existsSync(path('received')) ? readFileSync(path('received'), 'utf8') : '')
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => {
          const [priority = '', name = '', type = '', data = '', ...text] = line.split('\t');
          return { priority, host: name, type, data, text: text.join('\t') };
        }),
    start: async () => {
      if (running !== undefined && running.exitCode === null) return;
      rmSync(path('pid'), { force: true });
      running = spawn('/usr/sbin/rsyslogd', ['-n', '-f', path('rsyslog.conf'), '-i', path('pid')], { stdio: 'ignore' });
      for (const port of [receiverPorts.tcp, receiverPorts.tls, receiverPorts.relp])
        await until(async () => {
          if (running?.exitCode !== null) throw new Error('rsyslogd ended');
          return await isListening(port);
        });
    },
    kill,
    remove: () => {
      authority.remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
