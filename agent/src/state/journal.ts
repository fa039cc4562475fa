import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { task } from '@sallyport/bundle-tools/protocol/task';
import { taskResult } from '@sallyport/bundle-tools/protocol/task-result';
import * as z from 'zod';

// What became of each task. Delivery is at least once: a task that is known by id and attempt is never run again, its
// result is sent again. A task found running at the start was cut off by a crash and has failed.

const entrySchema = z.object({
  task,
  state: z.enum(['running', 'restarting', 'done']),
  /** The boot in which it ran; after a restart the check follows in another one. */
  bootId: z.string(),
  result: taskResult.optional(),
});

type JournalEntry = z.infer<typeof entrySchema>;

export type Journal = {
  find(id: string): JournalEntry | undefined;
  write(entry: JournalEntry): void;
  /** Entries that are not done. */
  open(): JournalEntry[];
};

const keptEntries = 100;

/** Opens the journal of tasks. */
export const openJournal = (folder: string): Journal => {
  ensureDir(folder, 0o700);
  const pathOf = (id: string): string => join(folder, `${id}.json`);
  const names = (): string[] => readdirSync(folder).filter((name) => /^[0-9a-f]{32}\.json$/.test(name));
  const read = (path: string): JournalEntry | undefined => {
    if (!isThere(path)) return undefined;
    const parsed = entrySchema.safeParse(JSON.parse(readFileSync(path, 'utf8')));
    return parsed.success ? parsed.data : undefined;
  };
  const all = (): JournalEntry[] =>
    names()
      .map((name) => read(join(folder, name)))
      .filter((entry) => entry !== undefined);
  const order = join(folder, 'order.json');
  const readOrder = (): string[] =>
    isThere(order) ? z.array(z.string()).parse(JSON.parse(readFileSync(order, 'utf8'))) : [];
  return {
    find: (id) => read(pathOf(id)),
    write: (entry) => {
      const { id } = entry.task;
      writeFileDurable(pathOf(id), JSON.stringify(entry), 0o600);
      const known = readOrder();
      if (known.includes(id)) return;
      const ids = [...known, id];
      for (const old of ids.slice(0, -keptEntries)) rmSync(pathOf(old), { force: true });
      writeFileDurable(order, JSON.stringify(ids.slice(-keptEntries)), 0o600);
    },
    open: () => all().filter((entry) => entry.state !== 'done'),
  };
};
