import { appendFileSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';

// The local log: the newest 4 MiB in four files. It never holds tokens, keys or bodies.

type LogLevel = 'info' | 'warning' | 'error';
export type Log = (level: LogLevel, message: string) => void;

const maxFileBytes = 1024 * 1024;
const keptFiles = 4;
const maxMessageLength = 2000;

const fileOf = (folder: string, n: number): string => join(folder, n === 0 ? 'agent.log' : `agent.log.${n}`);

const rotate = (folder: string): void => {
  rmSync(fileOf(folder, keptFiles - 1), { force: true });
  for (let n = keptFiles - 2; n >= 0; n -= 1) {
    if (isThere(fileOf(folder, n))) renameSync(fileOf(folder, n), fileOf(folder, n + 1));
  }
};

const plain = (message: string): string =>
  message.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ').slice(0, maxMessageLength);

/** Writes into `folder`, and to `also` (a service's standard error) where given. */
export const fileLog = (folder: string, also?: (line: string) => void): Log => {
  ensureDir(folder, 0o700);
  return (level, message) => {
    const line = `${toTime(nowMs())} ${level} ${plain(message)}`;
    const path = fileOf(folder, 0);
    if (isThere(path) && statSync(path).size > maxFileBytes) rotate(folder);
    appendFileSync(path, `${line}\n`, { mode: 0o600 });
    also?.(line);
  };
};

/** The newest lines, oldest first. */
export const readLog = (folder: string, maxLines: number): string[] => {
  const lines: string[] = [];
  for (let n = keptFiles - 1; n >= 0; n -= 1) {
    if (isThere(fileOf(folder, n))) lines.push(...readFileSync(fileOf(folder, n), 'utf8').split('\n'));
  }
  return lines.filter((line) => line !== '').slice(-maxLines);
};
