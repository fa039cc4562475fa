import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { AppError } from './errors.ts';

// A private key for the length of one use: in the memory of an `ssh-agent` that ends with us. It gets the key by a pipe.

const patienceMs = 5_000;
const stepMs = 20;

/** Runs `use` with the socket of an agent that holds the key. INVALID for a key that it does not take. */
export async function withKey<T>(key: string, use: (socket: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-key-'));
  const socket = join(folder, 'agent');
  const env = { PATH: '/usr/bin:/bin:/usr/local/bin', LC_ALL: 'C', HOME: folder };
  // `cat` ends when this process does, by whatever way, and the agent ends with it.
  const agent = spawn('ssh-agent', ['-a', socket, 'cat'], { env, stdio: ['pipe', 'ignore', 'ignore'] });
  let isGone = false;
  agent.once('error', () => {
    isGone = true;
  });
  agent.once('exit', () => {
    isGone = true;
  });
  agent.stdin.on('error', () => undefined);
  try {
    for (let waitedMs = 0; !isThere(socket) && !isGone && waitedMs < patienceMs; waitedMs += stepMs)
      await sleep(stepMs);
    if (!isThere(socket)) throw new AppError('NOT_READY', 'this computer has no ssh-agent (package openssh-client)');
    const adding = spawn('ssh-add', ['-q', '-t', '900', '-'], {
      env: { ...env, SSH_AUTH_SOCK: socket },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
      timeout: patienceMs,
    });
    const added = new Promise<boolean>((resolve) => {
      adding.once('error', () => resolve(false));
      adding.once('exit', (code) => resolve(code === 0));
    });
    adding.stdin.on('error', () => undefined);
    adding.stdin.end(key.endsWith('\n') ? key : `${key}\n`);
    if (!(await added)) throw new AppError('INVALID', 'not a private key of OpenSSH without a passphrase');
    return await use(socket);
  } finally {
    agent.stdin.end();
    rmSync(folder, { recursive: true, force: true });
  }
}
