import { nowMs } from '../platform/ambient.ts';
import { clamdScan, clamdVersion } from './clamd.ts';
import { clamscanScan, clamscanVersion, engineVersion } from './clamscan.ts';
import {
  defaultTimeoutMs,
  type Findings,
  maxFileBytes,
  type ScanEngine,
  type ScanFile,
  type ScanOptions,
  type ScanReport,
} from './scan-types.ts';

const versionText = async (engine: ScanEngine, signal?: AbortSignal): Promise<string> => {
  try {
    return engine.engine === 'clamd'
      ? await clamdVersion(engine.socket, signal)
      : await clamscanVersion(engine.command, engine.database, signal);
  } catch (error) {
    signal?.throwIfAborted();
    // Not there, or not answering: the same as saying nothing.
    return error instanceof Error ? `unreachable: ${error.message}` : 'unreachable';
  }
};

const look = (engine: ScanEngine, files: readonly ScanFile[], options: ScanOptions): Promise<Findings> => {
  const bounds = { timeoutMs: options.timeoutMs ?? defaultTimeoutMs, signal: options.signal };
  return engine.engine === 'clamd'
    ? clamdScan(engine.socket, files, { ...bounds, clock: nowMs })
    : clamscanScan(engine, files, bounds);
};

/**
 * Looks at files with an antivirus. Never throws for what an engine does or does not say: whatever could not be looked
 * at makes the verdict `error`. Throws the signal's reason when it is stopped.
 */
export const scanFiles = async (
  engine: ScanEngine,
  files: readonly ScanFile[],
  options: ScanOptions = {},
): Promise<ScanReport> => {
  const text = await versionText(engine, options.signal);
  const version = engineVersion(text, engine.database);
  if (version === undefined) {
    return {
      engine: engine.engine,
      version: 'unknown',
      definitionsAt: '1970-01-01T00:00:00Z',
      verdict: 'error',
      infected: [],
      faults: [{ reason: `${engine.engine} gives no version with definitions: ${text.slice(0, 200) || 'no answer'}` }],
    };
  }
  const tooLarge = files.filter(({ sizeBytes }) => sizeBytes > maxFileBytes);
  const fitting = files.filter(({ sizeBytes }) => sizeBytes <= maxFileBytes);
  const found = fitting.length === 0 ? { infected: [], faults: [] } : await look(engine, fitting, options);
  const faults = [
    ...found.faults,
    ...tooLarge.map(({ path }) => ({ path, reason: `larger than ${maxFileBytes} bytes` })),
  ];
  return {
    engine: engine.engine,
    ...version,
    verdict: found.infected.length > 0 ? 'infected' : faults.length > 0 ? 'error' : 'clean',
    infected: found.infected,
    faults,
  };
};
