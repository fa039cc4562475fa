// wtmp and utmp on 64-bit Linux: records of 384 bytes, little endian (utmp(5)).

type UtmpRecord = { type: number; line: string; user: string; host: string; atMs: number };
type LoginSession = {
  account: string;
  line: string;
  host: string;
  startedMs: number;
  endedMs: number | undefined;
};

const recordBytes = 384;
const bootTime = 2;
const userProcess = 7;
const deadProcess = 8;

const textAt = (record: Buffer, at: number, length: number): string => {
  const field = record.subarray(at, at + length);
  const end = field.indexOf(0);
  return field.subarray(0, end === -1 ? length : end).toString('utf8');
};

/** Whole records; a cut one at the start or the end is left out. */
export const parseUtmp = (bytes: Buffer): UtmpRecord[] => {
  const records: UtmpRecord[] = [];
  // Read from the end, since a tail of the file may start anywhere.
  for (let at = bytes.length % recordBytes; at + recordBytes <= bytes.length; at += recordBytes) {
    const record = bytes.subarray(at, at + recordBytes);
    records.push({
      type: record.readInt16LE(0),
      line: textAt(record, 8, 32),
      user: textAt(record, 44, 32),
      host: textAt(record, 76, 256),
      atMs: record.readUInt32LE(340) * 1000,
    });
  }
  return records;
};

/** Pairs each log-in with the end of its line or with the next start of the machine. */
export const sessionsOf = (records: readonly UtmpRecord[]): LoginSession[] => {
  const sessions: LoginSession[] = [];
  const open = new Map<string, LoginSession>();
  const close = (line: string, atMs: number): void => {
    const session = open.get(line);
    if (session !== undefined) session.endedMs = atMs;
    open.delete(line);
  };
  for (const record of records) {
    if (record.type === bootTime) for (const line of open.keys()) close(line, record.atMs);
    if (record.type === deadProcess) close(record.line, record.atMs);
    if (record.type !== userProcess || record.user === '') continue;
    close(record.line, record.atMs);
    const session = {
      account: record.user,
      line: record.line,
      host: record.host,
      startedMs: record.atMs,
      endedMs: undefined,
    };
    sessions.push(session);
    open.set(record.line, session);
  }
  return sessions;
};
