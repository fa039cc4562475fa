import { mkdirSync, rmdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { AgentError } from '../errors.ts';
import { runChild } from '../platform/child.ts';
import { systemProgram } from './system-program.ts';

const timeoutMs = 60_000;

/**
 * Makes the agent's folder on Windows, where modes mean nothing: only SYSTEM and the administrators have any right on it and on what
 * will lie in it, by number, because their names differ between languages. What is there already is left as it is.
 */
export async function closeFolder(folder: string): Promise<void> {
  if (statSync(folder, { throwIfNoEntry: false })?.isDirectory() === true) return;
  mkdirSync(dirname(folder), { recursive: true });
  mkdirSync(folder);
  const rights = ['/inheritance:r', '/grant', '*S-1-5-18:(OI)(CI)F', '/grant', '*S-1-5-32-544:(OI)(CI)F'];
  const done = await runChild({ command: systemProgram('icacls.exe'), args: [folder, ...rights], timeoutMs });
  if (done.exit === 0) return;
  rmdirSync(folder);
  throw new AgentError('STATE', `${folder} could not be closed to others: ${done.output.slice(0, 500)}`);
}
