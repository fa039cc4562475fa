import { copyFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { InstallPackageTask } from '@sallyport/bundle-tools/protocol/task';
import type { TaskStep } from '@sallyport/bundle-tools/protocol/task-result';
import { dpkgOptions } from '../dpkg/options.ts';
import { type InstalledPackage, parseDpkgStatus } from '../dpkg/status.ts';
import { afterPrefix, runChild, startApart } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { openReplace } from '../replace/order.ts';
import { isOwnPackage } from '../replace/own-package.ts';
import { listedObjects } from '../trust/listed.ts';
import { agentVersion } from '../version.ts';
import { askToAct } from './act-permit.ts';
import { type ActionContext, ActionError, failureCodeOf, type InstallPackage, step, withRetries } from './action.ts';
import { fetchObject } from './fetch-object.ts';

const timeoutMs = 60_000;

/**
 * Starts the replacement of the running agent outside of it: as a unit of its own under systemd, whose end of the service would take a
 * child along; on Windows from a copy, since a program that runs is not replaced there. `stateFolder` is the agent's own.
 */
async function startReplacement(options: {
  files: RootFiles;
  stateFolder: string;
  task: string;
  version: string;
  file: string;
}): Promise<void> {
  const { files, stateFolder, task, version, file } = options;
  const replace = openReplace(join(stateFolder, 'replace'));
  const kept = replace.path(process.platform === 'win32' ? 'next.msi' : 'next.deb');
  replace.begin({ task, version, file: kept, startedMs: nowMs() });
  renameSync(file, kept);
  const args = ['replace', '--state', stateFolder];
  if (process.platform === 'win32') {
    const copy = replace.path('sallyport-agent.exe');
    copyFileSync(process.execPath, copy);
    startApart(copy, args);
  } else if (files.isMachine && files.has('run/systemd/system')) {
    const unit = ['--quiet', '--collect', '--unit=sallyport-agent-replace', process.execPath];
    const done = await runChild({ command: 'systemd-run', args: [...unit, ...args], timeoutMs });
    if (done.exit !== 0)
      throw new Error(`systemd-run ended with ${done.exit ?? 'no code'}: ${done.output.slice(0, 500)}`);
  } else startApart(process.execPath, args);
}

// install-package for .deb. The order names objects by digest; whether they may be installed is decided here, by the
// pinned trust chain: root -> targets -> inventory -> digest -> bytes. Only then does dpkg see a file.

const maxStatusBytes = 128 * 1024 * 1024;
const toolTimeoutMs = 60_000;

const installedPackages = (files: RootFiles): InstalledPackage[] =>
  parseDpkgStatus(files.text('var/lib/dpkg/status', maxStatusBytes) ?? '');

const findInstalled = (
  packages: readonly InstalledPackage[],
  wanted: { name: string; arch: string },
): InstalledPackage | undefined =>
  packages.find(
    (found) =>
      found.name === wanted.name && (found.arch === wanted.arch || found.arch === 'all' || wanted.arch === 'all'),
  );

/** Whether the task's package is there in its version. */
export const isInstalled = (files: RootFiles, wanted: InstallPackageTask['package']): boolean =>
  findInstalled(installedPackages(files), wanted)?.version === wanted.version;

/** Objects that the signed inventory lists, with their signed sizes. */
const verifyListed = async (
  context: ActionContext,
  task: InstallPackageTask,
): Promise<{ sha256: string; sizeBytes: number }[]> => {
  const { targets, stale } = await context.trust.refresh(context.connection);
  for (const { role, expired } of stale) context.onStale(role, expired);
  const wanted = new Set(task.objects.map((object) => object.sha256));
  const listed = await listedObjects(context.connection, targets, join(context.workFolder, 'inventory.jsonl'), wanted);
  return task.objects.map(({ sha256, size }) => {
    const sizeBytes = listed.get(sha256);
    if (sizeBytes === undefined) throw new ActionError('NOT_LISTED', `no signed inventory lists ${sha256}`);
    if (sizeBytes !== size)
      throw new ActionError('NOT_LISTED', `${sha256} is listed with ${sizeBytes} bytes, not ${size}`);
    return { sha256, sizeBytes };
  });
};

type PackageFile = { path: string; name: string; version: string; arch: string };

const readPackageFile = async (path: string, task: InstallPackageTask): Promise<PackageFile> => {
  // What a package of Windows is shows after it was installed (replace/replace.ts).
  if (process.platform === 'win32') return { path, ...task.package };
  const fields = ['Package', 'Version', 'Architecture'];
  const shown = await runChild({ command: 'dpkg-deb', args: ['--field', path, ...fields], timeoutMs: toolTimeoutMs });
  const [name = '', version = '', arch = ''] = fields.map(
    (field) => afterPrefix(shown.stdout, `${field}: `)?.trim() ?? '',
  );
  if (shown.exit !== 0 || name === '' || version === '') {
    throw new ActionError('WRONG_PACKAGE', `not a Debian package: ${shown.output.slice(0, 500)}`);
  }
  return { path, name, version, arch };
};

/** Of two releases of the agent, whose versions are numbers between dots. */
const isOlderRelease = (version: string, than: string): boolean =>
  version.localeCompare(than, 'en', { numeric: true }) < 0;

const isOlder = async (version: string, than: string): Promise<boolean> => {
  const compared = await runChild({
    command: 'dpkg',
    args: ['--compare-versions', version, 'lt', than],
    timeoutMs: toolTimeoutMs,
  });
  return compared.exit === 0;
};

/** Files that have to be installed; one that would go back behind what is there is left out, or refused if it is the point. */
const planFiles = async (
  context: ActionContext,
  task: InstallPackageTask,
  files: readonly PackageFile[],
): Promise<PackageFile[]> => {
  const { name, version, arch } = task.package;
  if (process.platform === 'win32') {
    if (!isOwnPackage(context.files, name) || files.length !== 1)
      throw new ActionError('WRONG_PACKAGE', 'on Windows only the agent itself is installed, from one file');
    if (isOlderRelease(version, agentVersion))
      throw new ActionError('DOWNGRADE', `${agentVersion} runs, ${version} is older`);
    return version === agentVersion ? [] : [...files];
  }
  const main = files.find((file) => file.name === name && file.version === version && file.arch === arch);
  if (main === undefined) throw new ActionError('WRONG_PACKAGE', `none of the files is ${name} ${version} for ${arch}`);
  const installed = installedPackages(context.files);
  const planned: PackageFile[] = [];
  for (const file of files) {
    const present = findInstalled(installed, file);
    if (present !== undefined && (await isOlder(file.version, present.version))) {
      if (file === main) {
        throw new ActionError('DOWNGRADE', `${file.name} ${present.version} is installed, ${file.version} is older`);
      }
      continue;
    }
    if (present?.version !== file.version) planned.push(file);
  }
  return planned;
};

const installFiles = async (context: ActionContext, task: InstallPackageTask, planned: readonly PackageFile[]) => {
  const done = await runChild({
    command: 'dpkg',
    args: [...dpkgOptions(context.files), '--install', ...planned.map((file) => file.path)],
    timeoutMs: task.timeoutMs,
    env: { DEBIAN_FRONTEND: 'noninteractive', DEBCONF_NONINTERACTIVE_SEEN: 'true' },
  });
  return { done, installStep: step('install', done.ms, done.output, done.exit) };
};

export const installPackage: InstallPackage = async (context, task) => {
  const steps: TaskStep[] = [];
  const end = (
    state: 'completed' | 'failed' | 'timed-out' | 'restarting',
    code?: ReturnType<typeof failureCodeOf>,
  ) => ({
    attempt: task.attempt,
    steps,
    state,
    ...defined({ code }),
  });
  /** A step that puts itself down where it succeeds. */
  const refusable = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const started = nowMs();
    try {
      if (context.isCancelled()) throw new ActionError('CANCELLED', 'the task was cancelled');
      return await work();
    } catch (error) {
      steps.push(step(name, nowMs() - started, error instanceof Error ? error.message.slice(0, 2000) : String(error)));
      throw error;
    }
  };
  const timed = <T>(name: string, work: () => Promise<T>): Promise<T> =>
    refusable(name, async () => {
      const started = nowMs();
      const result = await work();
      steps.push(step(name, nowMs() - started, '', 0));
      return result;
    });
  const folder = join(context.workFolder, 'objects');
  try {
    const objects = await timed('verify', () => withRetries(() => verifyListed(context, task)));
    const files = await timed('download', async () => {
      const fetched: PackageFile[] = [];
      for (const object of objects) {
        if (context.isCancelled()) throw new ActionError('CANCELLED', 'the task was cancelled');
        const path = await withRetries(() => fetchObject(context.connection, folder, object));
        fetched.push(await readPackageFile(path, task));
      }
      return fetched;
    });
    const all = await timed('plan', () => planFiles(context, task, files));
    const own = all.find((file) => isOwnPackage(context.files, file.name));
    const planned = all.filter((file) => file !== own);
    if (all.length > 0) {
      // What comes after it is done without a look back: one permit is for the whole act.
      const permit = await refusable('permit', () => {
        return askToAct(context.connection, task.id, { attempt: task.attempt, step: 'install' });
      });
      steps.push(permit.step);
      permit.use();
    }
    if (planned.length > 0) {
      const { done, installStep } = await installFiles(context, task, planned);
      steps.push(installStep);
      if (done.timedOut) return end('timed-out', 'TIMEOUT');
      if (done.exit !== null && task.restartExit.includes(done.exit)) return end('restarting');
      if (done.exit === null || !task.successExit.includes(done.exit)) return end('failed', 'EXIT');
    }
    if (own !== undefined) {
      await timed('hand over', () =>
        startReplacement({ ...context, task: task.id, version: own.version, file: own.path }),
      );
      return end('restarting');
    }
    // dpkg can end well and yet skip a file, so its database has the last word.
    const isThere = process.platform === 'win32' || isInstalled(context.files, task.package);
    return isThere ? end('completed') : end('failed', 'NOT_INSTALLED');
  } catch (error) {
    return end('failed', failureCodeOf(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
