import { spawn } from 'node:child_process';
import { addAbortListener } from 'node:events';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { type Findings, isLimit, maxFileBytes, type ScanFile, signatureName } from './scan-types.ts';

// What an engine is, as it says itself: `ClamAV 1.4.6/27831/Mon Nov 24 08:00:00 2026`. With definitions of one's own
// only, it says `ClamAV 1.4.6`; their date is then that of the newest file.

const versionForm = /^ClamAV ([0-9A-Za-z.+~-]{1,40})(?:\/([0-9]{1,10})\/([A-Za-z0-9: ]{10,40}))?$/;
const definitionFile = /\.(?:cvd|cld|cud|hdb|hdu|hsb|hsu|mdb|mdu|msb|msu|ndb|ndu|ldb|ldu|cdb|yar|yara)$/;
const maxEntries = 10_000;

type EngineVersion = { readonly version: string; readonly definitionsAt: string };

/** When the newest definitions in a folder were made; undefined when it holds none. */
const newestIn = (database: string): string | undefined => {
  let names: string[];
  try {
    names = readdirSync(database).slice(0, maxEntries);
  } catch {
    return undefined;
  }
  const times = names
    .filter((name) => definitionFile.test(name))
    .map((name) => statSync(join(database, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return times.length === 0 ? undefined : toTime(Math.max(...times));
};

/** Reads the version text of an engine; undefined when it is none, or when the engine has no definitions. */
export const engineVersion = (text: string, database: string): EngineVersion | undefined => {
  const match = versionForm.exec(text.replace(/\0/g, '').trim());
  if (match === null) return undefined;
  const [, program = '', number, date] = match;
  // The engine writes the time of this computer's zone.
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  const definitionsAt = Number.isFinite(dateMs) ? toTime(dateMs) : newestIn(database);
  if (definitionsAt === undefined) return undefined;
  return { version: number === undefined ? program : `${program}/${number}`, definitionsAt };
};

// clamscan(1) as a child process: no shell, no environment, the files in a list, one line per file on its standard
// output. A file without its line was not looked at.

const maxOutputBytes = 64 * 1024 * 1024;
const maxErrorBytes = 4_096;
const versionTimeoutMs = 60_000;

type Ended = { readonly code: number | null; readonly stdout: string; readonly stderr: string; readonly why?: string };

const run = (
  command: string,
  args: readonly string[],
  options: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<Ended> =>
  new Promise((resolve) => {
    const child = spawn(command, args, { env: { LC_ALL: 'C' }, cwd: '/', stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    let why: string | undefined;
    const kill = (reason: string): void => {
      why ??= reason;
      child.kill('SIGKILL');
    };
    const timer = setTimeout(() => kill(`no end within ${options.timeoutMs} ms`), options.timeoutMs);
    const stopped = options.signal && addAbortListener(options.signal, () => kill('stopped'));
    const end = (code: number | null): void => {
      clearTimeout(timer);
      stopped?.[Symbol.dispose]();
      resolve({ code, stdout, stderr, ...defined({ why }) });
    };
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      if (stdout.length > maxOutputBytes) kill('its output is too long');
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (stderr.length < maxErrorBytes) stderr += text;
    });
    child.once('error', (error) => {
      why ??= error.message;
      end(null);
    });
    child.once('close', end);
  });

/** What the program says it is; empty when it does not start. Throws the signal's reason when it is stopped. */
export const clamscanVersion = async (command: string, database: string, signal?: AbortSignal): Promise<string> => {
  const args = ['--version', `--database=${database}`];
  const { code, stdout } = await run(command, args, { timeoutMs: versionTimeoutMs, signal });
  signal?.throwIfAborted();
  return code === 0 ? stdout.trim() : '';
};

/** Reads `PATH: OK`, `PATH: NAME FOUND`, `PATH: Empty file`; anything else says that a file was not looked at. */
export const parseClamscan = (stdout: string, paths: readonly string[]): Findings => {
  const answers = new Map<string, string>();
  const known = new Set(paths);
  for (const line of stdout.split('\n')) {
    // A path may hold the separator itself: the longest one that was asked for counts.
    for (let at = line.lastIndexOf(': '); at > 0; at = line.lastIndexOf(': ', at - 1)) {
      const path = line.slice(0, at);
      if (!known.has(path)) continue;
      answers.set(path, line.slice(at + 2));
      break;
    }
  }
  const infected: { path: string; name: string }[] = [];
  const faults: { path: string; reason: string }[] = [];
  for (const path of paths) {
    const answer = answers.get(path);
    const found = answer === undefined ? undefined : /^(\S+) FOUND$/.exec(answer)?.[1];
    if (answer === 'OK' || answer === 'Empty file') continue;
    if (found === undefined) faults.push({ path, reason: `clamscan says ${answer?.slice(0, 200) ?? 'nothing'}` });
    else if (isLimit(found)) faults.push({ path, reason: `a limit of the engine: ${signatureName(found)}` });
    else infected.push({ path, name: signatureName(found) });
  }
  return { infected, faults };
};

/** What the program says about the files, in one run: most of its time goes into loading the definitions. */
export const clamscanScan = async (
  engine: { readonly command: string; readonly database: string },
  files: readonly ScanFile[],
  options: { timeoutMs: number; signal?: AbortSignal | undefined },
): Promise<Findings> => {
  const nameable = files.filter(({ path }) => !/[\r\n]/.test(path)).map(({ path }) => path);
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-scan-'));
  const list = join(folder, 'files');
  const args = [
    '--stdout',
    '--no-summary',
    `--database=${engine.database}`,
    `--file-list=${list}`,
    // What it gives up on must not count as clean, so its limits are as high as it takes them, and reported when met.
    '--alert-exceeds-max=yes',
    `--max-filesize=${maxFileBytes}`,
    '--max-scansize=4000M',
    '--max-files=1000000',
    '--max-scantime=0',
  ];
  let ended: Ended;
  try {
    // The standard input of a child is a socket, which it cannot open by name.
    writeFileSync(list, `${nameable.join('\n')}\n`, { mode: 0o600 });
    ended = await run(engine.command, args, options);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  options.signal?.throwIfAborted();
  const { infected, faults } = parseClamscan(ended.stdout, nameable);
  const unnamed = files.filter(({ path }) => /[\r\n]/.test(path));
  const words = ended.why ?? ended.stderr.trim().split('\n').at(-1)?.slice(0, 200) ?? '';
  // 0: nothing found; 1: something found; all else is an error, whatever the lines say.
  const isFailed = ended.code !== 0 && ended.code !== 1;
  return {
    infected,
    faults: [
      ...(isFailed ? [{ reason: `${engine.command} failed: ${words || `exit ${ended.code ?? 'by a signal'}`}` }] : []),
      ...faults,
      ...unnamed.map(({ path }) => ({ path, reason: 'its name has a line break' })),
    ],
  };
};
