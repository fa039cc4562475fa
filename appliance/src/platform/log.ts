import pino from 'pino';

export type Log = pino.Logger;

// Names under which a secret could reach the log; pino knows one wildcard level.
const secretNames = ['password', 'secret', 'token', 'authorization', 'cookie', 'csr', 'link'];

/** The appliance's log: JSON lines on stderr, so that stdout stays data. */
export const openLog = (level: 'debug' | 'info' | 'warn' | 'silent' = 'info'): Log =>
  pino(
    {
      level,
      base: null,
      redact: { paths: secretNames.flatMap((name) => [name, `*.${name}`]), censor: '[withheld]' },
    },
    pino.destination({ fd: 2, sync: true }),
  );
