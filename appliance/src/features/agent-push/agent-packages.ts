import { mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { syncDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { readReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { AppError } from '../../platform/errors.ts';
import type { AgentPackage } from './types.ts';

// Packages of the agent on this server, to be handed out and pushed. They come out of the file of a release alone, whose list the release
// key signed and which is read whole first; the folder holds nothing else.

const forms: readonly { form: RegExp; packager: AgentPackage['packager'] }[] = [
  { form: /^sallyport-agent_(\d[\w.-]*)_(amd64|arm64)\.deb$/, packager: 'dpkg' },
  { form: /^sallyport-agent-(\d[\w.-]*)-1\.(x86_64|aarch64)\.rpm$/, packager: 'rpm' },
  { form: /^sallyport-agent_(\d[\w.-]*)_(x64)\.msi$/, packager: 'msi' },
];

type Named = Omit<AgentPackage, 'sizeBytes'>;

function namedBy(name: string): Named | undefined {
  for (const { form, packager } of forms) {
    const [, version, machine = ''] = form.exec(name) ?? [];
    if (version !== undefined)
      return { name, version, packager, machine: ['arm64', 'aarch64'].includes(machine) ? 'aarch64' : 'x86_64' };
  }
  return undefined;
}

export type AgentPackages = {
  /** The newest first. */
  list(): AgentPackage[];
  /** The newest for a system. */
  find(packager: AgentPackage['packager'], machine: AgentPackage['machine']): AgentPackage | undefined;
  /** Where it lies; undefined where there is none of the name. */
  path(name: string): string | undefined;
};

/** The packages in a folder, which need not be there. */
export function agentPackages(folder: string): AgentPackages {
  const list = (): AgentPackage[] =>
    (isThere(folder) ? readdirSync(folder) : [])
      .flatMap((name) => {
        const named = namedBy(name);
        return named === undefined ? [] : [{ ...named, sizeBytes: statSync(join(folder, name)).size }];
      })
      .sort(
        (one, other) =>
          other.version.localeCompare(one.version, 'en', { numeric: true }) || (one.name < other.name ? -1 : 1),
      );
  return {
    list,
    find: (packager, machine) => list().find((one) => one.packager === packager && one.machine === machine),
    path: (name) => (list().some((one) => one.name === name) ? join(folder, name) : undefined),
  };
}

/**
 * Takes the packages of the agent out of the file of a release; they take the place of all that lay there. Throws the codes of
 * `readReleaseFile`, NOT_FOUND for a release without any, and then leaves what was there.
 */
export async function takeAgentPackages(folder: string, file: string, keys: readonly Uint8Array[]): Promise<string[]> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const taken = mkdtempSync(join(folder, '.taken-'));
  try {
    const names: string[] = [];
    await readReleaseFile(file, keys, (name) => {
      if (namedBy(name) === undefined) return undefined;
      names.push(name);
      return join(taken, name);
    });
    if (names.length === 0) throw new AppError('NOT_FOUND', `${file} has no package of the agent`);
    for (const name of names) renameSync(join(taken, name), join(folder, name));
    for (const name of readdirSync(folder))
      if (namedBy(name) !== undefined && !names.includes(name)) rmSync(join(folder, name));
    syncDir(folder);
    return names;
  } finally {
    rmSync(taken, { recursive: true, force: true });
  }
}
