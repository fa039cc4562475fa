import { fstatSync } from 'node:fs';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import pino from 'pino';

export type Log = pino.Logger;

// Names under which a secret could reach the log; pino knows one wildcard level.
const secretNames = ['password', 'secret', 'token', 'authorization', 'cookie', 'csr', 'link'];

/** Whether stderr is the journal's own stream (systemd.exec(5), JOURNAL_STREAM). */
const isJournal = (): boolean => {
  const { dev, ino } = fstatSync(2);
  return env('JOURNAL_STREAM') === `${dev}:${ino}`;
};

/** The level of a line for the journal (sd-daemon(3)), from pino's number at its start. */
export function journalPrefix(line: string): string {
  const level = Number(/^\{"level":(\d+)/.exec(line)?.[1] ?? 0);
  if (level >= 60) return '<2>';
  if (level >= 50) return '<3>';
  if (level >= 40) return '<4>';
  return level >= 30 ? '<6>' : '<7>';
}

/** The appliance's log: JSON lines on stderr, so that stdout stays data; in the journal each with its level. */
export const openLog = (level: 'debug' | 'info' | 'warn' | 'silent' = 'info'): Log => {
  const stderr = pino.destination({ fd: 2, sync: true });
  return pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: '[withheld]' },
    },
    isJournal() ? { write: (line: string) => void stderr.write(`${journalPrefix(line)}${line}`) } : stderr,
  );
};
