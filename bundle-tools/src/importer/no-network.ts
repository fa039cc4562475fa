import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';

// Node's permission model does not reach the network (24). A network namespace of its own has no interface but a loopback
// that is down, so a compromised process reaches no host. A user needs a user namespace for that; root does not,
// and would lose its rights to other people's files by it.

const unshare = '/usr/bin/unshare';
const probeMs = 5_000;

const flagsFor = (uid: number): string[] => (uid === 0 ? ['--net'] : ['--user', '--map-current-user', '--net']);

/**
 * What was allowed once is not tried again: each process that a large one starts costs it tens of milliseconds. Where it is
 * forbidden since, the program does not start.
 */
let allowed: readonly string[] | undefined;

/** What to put before a program so that it has no network; undefined where the system does not allow it. */
export const networklessPrefix = (): readonly string[] | undefined => {
  if (allowed !== undefined) return allowed;
  if (!existsSync(unshare)) return undefined;
  const prefix = [...flagsFor(process.getuid?.() ?? -1), '--'];
  const probe = spawnSync(unshare, [...prefix, '/bin/true'], { env: {}, stdio: 'ignore', timeout: probeMs });
  if (probe.status === 0) allowed = [unshare, ...prefix];
  return allowed;
};

/** The program and its arguments, without a network where that is possible. */
export const withoutNetwork = (program: string, args: readonly string[]): { file: string; args: string[] } => {
  const [file, ...before] = networklessPrefix() ?? [];
  return file === undefined ? { file: program, args: [...args] } : { file, args: [...before, program, ...args] };
};
