import { spawnSync } from 'node:child_process';
import { isThere } from '../platform/is-there.ts';

// Node's permission model does not reach the network (24). A network namespace of its own has no interface but a loopback
// that is down, so a compromised process reaches no host. A user needs a user namespace for that; root does not,
// and would lose its rights to other people's files by it.

const unshare = '/usr/bin/unshare';
const probeMs = 5_000;

const flags = (): string[] => (process.getuid?.() === 0 ? ['--net'] : ['--user', '--map-current-user', '--net']);

/** Whether the system allows a program to be started without a network. */
export const isNetworkless = (): boolean =>
  isThere(unshare) &&
  spawnSync(unshare, [...flags(), '--', '/bin/true'], { env: {}, stdio: 'ignore', timeout: probeMs }).status === 0;

/**
 * The program and its arguments, without a network where that is possible. A shell tries it, and becomes the program: each process
 * that a server of 500 MB starts itself costs it 50 ms, in which it stands still.
 */
export const withoutNetwork = (program: string, args: readonly string[]): { file: string; args: string[] } => {
  if (!isThere(unshare)) return { file: program, args: [...args] };
  const prefix = [unshare, ...flags(), '--'].join(' ');
  const line = `if ${prefix} /bin/true 2>/dev/null; then exec ${prefix} "$@"; fi; exec "$@"`;
  return { file: '/bin/sh', args: ['-c', line, 'sh', program, ...args] };
};
