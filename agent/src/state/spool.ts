import { readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { type AgentEvent, agentEvent } from '@sallyport/bundle-tools/protocol/events';
import { type TaskResult, taskResult } from '@sallyport/bundle-tools/protocol/task-result';
import * as z from 'zod';

// What must reach the server and has not yet: events and results, one file each, in order. At most 64 MiB with the last
// sections: then the oldest events go first, results last, and how many went is itself an event.

const maxSpoolBytes = 64 * 1024 * 1024;

const entrySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), event: agentEvent }),
  z.object({ kind: z.literal('result'), task: z.string(), result: taskResult }),
]);

type SpoolEntry = z.infer<typeof entrySchema>;
type SpooledEntry = { name: string; entry: SpoolEntry };

export type Spool = {
  addEvent(type: string, params: AgentEvent['params']): void;
  addResult(task: string, result: TaskResult): void;
  /** The oldest entries of a kind. */
  take(kind: SpoolEntry['kind'], limit: number): SpooledEntry[];
  done(entries: readonly SpooledEntry[]): void;
  sizeBytes(): number;
};

/** Opens the spool. `otherBytes`: what else counts against the limit. */
export const openSpool = (folder: string, otherBytes: () => number = () => 0, maxBytes = maxSpoolBytes): Spool => {
  ensureDir(folder, 0o700);
  const names = (): string[] =>
    readdirSync(folder)
      .filter((name) => /^\d{20}-(?:event|result)\.json$/.test(name))
      .sort();
  const size = (name: string): number => statSync(join(folder, name)).size;
  const sizeBytes = (): number => names().reduce((sum, name) => sum + size(name), 0);
  const drop = (name: string): void => rmSync(join(folder, name), { force: true });

  const makeRoom = (neededBytes: number): number => {
    let free = maxBytes - otherBytes() - sizeBytes() - neededBytes;
    if (free >= 0) return 0;
    const all = names();
    const oldestFirst = [
      ...all.filter((name) => name.endsWith('-event.json')),
      ...all.filter((name) => name.endsWith('-result.json')),
    ];
    let dropped = 0;
    for (const name of oldestFirst) {
      if (free >= 0) break;
      free += size(name);
      drop(name);
      dropped += 1;
    }
    return dropped;
  };

  const write = (entry: SpoolEntry): void => {
    const last = Number(names().at(-1)?.slice(0, 20) ?? 0);
    const name = `${String(last + 1).padStart(20, '0')}-${entry.kind}.json`;
    writeFileDurable(join(folder, name), JSON.stringify(entry), 0o600);
  };

  const newEvent = (type: string, params: AgentEvent['params']): SpoolEntry => ({
    kind: 'event',
    event: { id: Buffer.from(randomBytes(16)).toString('hex'), type, at: toTime(nowMs()), params },
  });

  const add = (entry: SpoolEntry): void => {
    const dropped = makeRoom(Buffer.byteLength(JSON.stringify(entry)) + 4096);
    if (dropped > 0) write(newEvent('spool.dropped', { count: dropped }));
    write(entry);
  };

  const read = (name: string): SpooledEntry | undefined => {
    const path = join(folder, name);
    if (!isThere(path)) return undefined;
    const parsed = entrySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    if (parsed.success) return { name, entry: parsed.data };
    // Written by an older version whose form is gone: it could never be delivered.
    drop(name);
    return undefined;
  };

  return {
    addEvent: (type, params) => add(newEvent(type, params)),
    addResult: (task, result) => add({ kind: 'result', task, result }),
    take: (kind, limit) =>
      names()
        .filter((name) => name.endsWith(`-${kind}.json`))
        .slice(0, limit)
        .map(read)
        .filter((entry) => entry !== undefined),
    done: (entries) => {
      for (const { name } of entries) drop(name);
    },
    sizeBytes,
  };
};
