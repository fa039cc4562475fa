import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';

// How the system's `ssh` is called (connect.ts calls it): no settings of this computer, no other key of the server than the one that was
// looked at, nothing forwarded, one try. A password goes by the environment of the child to a script that prints it; a private key lies in an
// agent's memory (ssh-agent.ts). Neither is written anywhere.

/** A public key of a server, as `known_hosts` has it. */
export type HostKey = {
  /** `ssh-ed25519` */
  type: string;
  /** Base64. */
  key: string;
  /** `SHA256:…`, as `ssh-keygen -lf` shows it. */
  fingerprint: string;
};

/** How one logs in: by a password, or by a key in the agent at this socket. */
export type SshLogin = { password: string } | { agentSocket: string };

export type SshSession = {
  hostKey: HostKey;
  user: string;
  login: SshLogin;
  /** Of the login shell there. */
  command: string;
  /** Its standard input. */
  input: Readable;
  timeoutMs: number;
};

/** `status` is that of the command, 255 where ssh itself failed, null where it was ended. */
export type SshEnd = { status: number | null; stdout: string; stderr: string };

/** Accepted, the best first, each with the algorithms that a server may prove it by. */
const algorithms: Readonly<Record<string, string>> = {
  'ssh-ed25519': 'ssh-ed25519',
  'ecdsa-sha2-nistp256': 'ecdsa-sha2-nistp256',
  'ecdsa-sha2-nistp384': 'ecdsa-sha2-nistp384',
  'ecdsa-sha2-nistp521': 'ecdsa-sha2-nistp521',
  'ssh-rsa': 'rsa-sha2-512,rsa-sha2-256',
};
const known = Object.keys(algorithms);

const maxOutputBytes = 64 * 1024;

/** What a server is called in the file of known keys, whatever its address. */
const alias = 'pinned';
const variable = 'SALLYPORT_SSH_ANSWER';

/** The keys in the output of `ssh-keyscan`, the best first. */
export function hostKeysIn(text: string): HostKey[] {
  const keys = text.split('\n').flatMap((line): HostKey[] => {
    const match = /^[^#\s]\S* (\S+) ([A-Za-z0-9+/]{20,8000}={0,2})$/.exec(line.trim());
    const [, type = '', key = ''] = match ?? [];
    if (!known.includes(type)) return [];
    const digest = createHash('sha256').update(Buffer.from(key, 'base64')).digest('base64');
    return [{ type, key, fingerprint: `SHA256:${digest.replace(/=+$/, '')}` }];
  });
  return keys.sort((one, other) => known.indexOf(one.type) - known.indexOf(other.type));
}

/** The words for `ssh-keyscan`. */
export const scanWords = (host: string, port: number, timeoutMs: number): string[] => [
  '-T',
  String(Math.max(1, Math.ceil(timeoutMs / 1000))),
  '-p',
  String(port),
  '-t',
  'ed25519,ecdsa,rsa',
  host,
];

/** Files of one call: the one known key, and the script that answers a question for a password. No secret is in them. */
type SshFolder = { path: string; drop(): void };

export function sshFolder({ hostKey }: Pick<SshSession, 'hostKey'>): SshFolder {
  const path = mkdtempSync(join(tmpdir(), 'sallyport-ssh-'));
  writeFileSync(join(path, 'known'), `${alias} ${hostKey.type} ${hostKey.key}\n`, { mode: 0o600 });
  writeFileSync(join(path, 'answer'), `#!/bin/sh\nprintf '%s\\n' "$${variable}"\n`, { mode: 0o700 });
  return { path, drop: () => rmSync(path, { recursive: true, force: true }) };
}

/** The words for `ssh`. */
export function sshWords(to: { host: string; port: number }, session: SshSession, { path }: SshFolder): string[] {
  const { hostKey, user, login, command } = session;
  const isByPassword = 'password' in login;
  const options = [
    'BatchMode=no',
    'NumberOfPasswordPrompts=1',
    `PreferredAuthentications=${isByPassword ? 'password,keyboard-interactive' : 'publickey'}`,
    `PubkeyAuthentication=${isByPassword ? 'no' : 'yes'}`,
    'StrictHostKeyChecking=yes',
    `UserKnownHostsFile=${join(path, 'known')}`,
    'GlobalKnownHostsFile=none',
    `HostKeyAlias=${alias}`,
    `HostKeyAlgorithms=${algorithms[hostKey.type] ?? hostKey.type}`,
    'CheckHostIP=no',
    'UpdateHostKeys=no',
    'VerifyHostKeyDNS=no',
    'CanonicalizeHostname=no',
    'ProxyCommand=none',
    'ControlMaster=no',
    'ControlPath=none',
    'ClearAllForwardings=yes',
    'ForwardAgent=no',
    'ForwardX11=no',
    'PermitLocalCommand=no',
    'IdentityFile=none',
    'ConnectTimeout=10',
    'ServerAliveInterval=5',
    'ServerAliveCountMax=3',
    'LogLevel=ERROR',
  ];
  return [
    '-F',
    'none',
    '-T',
    '-p',
    String(to.port),
    '-l',
    user,
    ...options.flatMap((option) => ['-o', option]),
    '--',
    to.host,
    command,
  ];
}

/** The environment of `ssh`: nothing of ours but where programs lie. */
export function sshEnvironment({ login }: SshSession, { path }: SshFolder): NodeJS.ProcessEnv {
  const plain = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C', HOME: path };
  if ('agentSocket' in login) return { ...plain, SSH_AUTH_SOCK: login.agentSocket };
  // A release of ssh that does not know `force` asks the script where a display is named.
  return {
    ...plain,
    SSH_ASKPASS: join(path, 'answer'),
    SSH_ASKPASS_REQUIRE: 'force',
    DISPLAY: 'none',
    [variable]: login.password,
  };
}

/** Text of a stream as it comes, of bounded length, the rest dropped. */
export function bounded(stream: Readable): () => string {
  let text = Buffer.alloc(0);
  stream.on('data', (bytes: Buffer) => {
    if (text.length < maxOutputBytes) text = Buffer.concat([text, bytes]).subarray(0, maxOutputBytes);
  });
  return () => text.toString('utf8');
}
