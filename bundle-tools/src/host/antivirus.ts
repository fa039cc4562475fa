import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Io } from '../cli/io.ts';
import { hasDigest, packDigests, unpackDigests } from '../documents/digests.ts';
import { encodeDocument, parseDocument, text, time } from '../documents/fields.ts';
import { BundleError } from '../errors.ts';
import { scanFiles } from '../media/scan.ts';
import type { ScanEngine, ScanReport } from '../media/scan-types.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { objectStore } from './objects.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// antivirus.json: which engine looks at objects before they are offered to a curator and before they leave.
// scanned.json: what it found clean, and with which definitions; with others it looks again.

const path = text(1_000).refine((value) => value.startsWith('/'), 'not an absolute path');
const settingsSchema = z.discriminatedUnion('engine', [
  z.strictObject({ format: z.literal('sallyport-antivirus/1'), engine: z.literal('off') }),
  z.strictObject({
    format: z.literal('sallyport-antivirus/1'),
    engine: z.literal('clamd'),
    socket: path,
    database: path,
  }),
  z.strictObject({
    format: z.literal('sallyport-antivirus/1'),
    engine: z.literal('clamscan'),
    command: path,
    database: path,
  }),
]);
const scannedSchema = z.strictObject({
  format: z.literal('sallyport-scanned/1'),
  engine: text(64),
  version: text(),
  definitions_at: time,
  clean: z.string(),
});
const maxSettingsBytes = 16 * 1024;
const maxScannedBytes = 64 * 1024 * 1024;

const settingsPath = (state: HostState): string => join(state.dir, 'antivirus.json');
const scannedPath = (state: HostState): string => join(state.dir, 'scanned.json');

/** The configured engine; undefined: none. */
export const readAntivirus = (state: HostState): ScanEngine | undefined => {
  if (!isThere(settingsPath(state))) return undefined;
  const bytes = readBounded(settingsPath(state), maxSettingsBytes);
  const { format: _format, ...engine } = parseDocument(settingsSchema, bytes, 'antivirus settings', maxSettingsBytes);
  return engine.engine === 'off' ? undefined : engine;
};

/** Configures an engine, or none. */
export const writeAntivirus = (state: HostState, engine: ScanEngine | undefined): void => {
  const settings = { format: 'sallyport-antivirus/1' as const, ...(engine ?? { engine: 'off' as const }) };
  writeFileDurable(settingsPath(state), encodeDocument(settingsSchema, settings, 'antivirus settings'));
};

const readClean = (state: HostState, { engine, version, definitionsAt }: ScanReport): Uint8Array => {
  if (!isThere(scannedPath(state))) return new Uint8Array();
  const bytes = readBounded(scannedPath(state), maxScannedBytes);
  const held = parseDocument(scannedSchema, bytes, 'list of scanned objects', maxScannedBytes);
  const isSame = held.engine === engine && held.version === version && held.definitions_at === definitionsAt;
  return isSame ? Buffer.from(held.clean, 'base64') : new Uint8Array();
};

const writeClean = (state: HostState, report: ScanReport, digests: Iterable<string>): void => {
  const { engine, version, definitionsAt } = report;
  writeFileDurable(
    scannedPath(state),
    encodeDocument(
      scannedSchema,
      {
        format: 'sallyport-scanned/1',
        engine,
        version,
        definitions_at: definitionsAt,
        clean: Buffer.from(packDigests(digests)).toString('base64'),
      },
      'list of scanned objects',
    ),
  );
};

/** An object that may not be used, and why. */
export type RefusedObject = { readonly sha256: string; readonly reason: string };

type Scanned = {
  readonly engine: string;
  readonly version: string;
  readonly definitionsAt: string;
  readonly refused: ReadonlyArray<RefusedObject>;
};

const engineFault = (report: ScanReport): string | undefined =>
  report.faults.find((fault) => fault.path === undefined)?.reason;

const demandEngine = (report: ScanReport): void => {
  const fault = engineFault(report);
  if (fault !== undefined) throw new BundleError('SCAN', `the antivirus does not work: ${fault}`);
};

const refusedIn = (report: ScanReport, digestOf: ReadonlyMap<string, string>): RefusedObject[] => [
  ...report.infected.map(({ path: at, name }) => ({
    sha256: digestOf.get(at) ?? '',
    reason: `the antivirus found ${name}`,
  })),
  ...report.faults.map(({ path: at = '', reason }) => ({
    sha256: digestOf.get(at) ?? '',
    reason: `the antivirus could not look at it: ${reason.replace(at, 'the object')}`,
  })),
];

/**
 * Looks at objects of this host, as far as these definitions have not called them clean. What is infected leaves the
 * store. Undefined: no antivirus is configured. SCAN: it does not work, so nothing may go on.
 */
export const scanObjects = async (
  state: HostState,
  digests: Iterable<string>,
  io: Io,
): Promise<Scanned | undefined> => {
  const engine = readAntivirus(state);
  if (engine === undefined) return undefined;
  const objects = objectStore(state.objects);
  const idle = await scanFiles(engine, []);
  demandEngine(idle);
  const clean = readClean(state, idle);
  const open = [...new Set(digests)].filter((sha256) => objects.has(sha256) && !hasDigest(clean, sha256));
  const digestOf = new Map(open.map((sha256) => [objects.path(sha256), sha256]));
  if (open.length > 0) io.note(`${engine.engine} ${idle.version} looks at ${open.length} objects`);
  const report = await scanFiles(
    engine,
    open.map((sha256) => ({ path: objects.path(sha256), sizeBytes: objects.size(sha256) })),
  );
  demandEngine(report);
  const refused = refusedIn(report, digestOf);
  const bad = new Set(refused.map(({ sha256 }) => sha256));
  writeClean(state, report, [...unpackDigests(clean), ...open.filter((sha256) => !bad.has(sha256))]);
  for (const { path: at } of report.infected) rmSync(at, { force: true });
  return { engine: report.engine, version: report.version, definitionsAt: report.definitionsAt, refused };
};
