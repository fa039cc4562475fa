import { isSea } from 'node:sea';
import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';

export const ownPackage = 'sallyport-agent';

/** Whether a package of this name is the program that runs: it cannot be installed from inside. */
export const isOwnPackage = (files: RootFiles, name: string): boolean =>
  name === ownPackage &&
  isSea() &&
  (process.platform === 'win32' || files.path('usr/bin/sallyport-agent') === process.execPath);

/** What the program at `path` says its version is; what went wrong where it does not start. */
export async function versionOf(path: string): Promise<string> {
  const { output } = await runChild({ command: path, args: ['--version'], timeoutMs: 60_000 });
  return /^sallyport-agent (\S+)/.exec(output)?.[1] ?? output.slice(0, 500);
}
