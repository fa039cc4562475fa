import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import * as z from 'zod';

// What the agent, the process that replaces it, and the agent after it tell each other: three small files in one folder of the
// state. `order`: what is to be put in place. `heard`: the version that the appliance answered since. `outcome`: how it ended.

const orderSchema = z.object({
  /** The task that ordered it. */
  task: z.string().max(64),
  version: z.string().max(256),
  /** The package's file. */
  file: z.string().max(4096),
  startedMs: z.number(),
});
type ReplaceOrder = z.infer<typeof orderSchema>;

const outcomeSchema = z.object({
  task: z.string().max(64),
  /** `went-back`: the release before is in place again. `failed`: nothing could be put in place, or not put back. */
  state: z.enum(['replaced', 'went-back', 'failed']),
  output: z.string(),
});
export type ReplaceOutcome = z.infer<typeof outcomeSchema>;

const heardSchema = z.object({ version: z.string() });

export type ReplaceFiles = {
  path(name: string): string;
  order(): ReplaceOrder | undefined;
  /** Begins a replacement: what is left of an earlier one goes. */
  begin(order: ReplaceOrder): void;
  heard(): string | undefined;
  /** Notes that the appliance answered this version, where that is waited for. */
  noteHeard(version: string): void;
  outcome(): ReplaceOutcome | undefined;
  end(outcome: ReplaceOutcome): void;
};

const read = <T>(path: string, schema: z.ZodType<T>): T | undefined => {
  if (!isThere(path)) return undefined;
  try {
    return schema.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

/** Opens the folder of the state in which a replacement is kept. */
export function openReplace(folder: string): ReplaceFiles {
  const path = (name: string): string => join(folder, name);
  const write = (name: string, value: unknown): void => {
    ensureDir(folder, 0o700);
    writeFileDurable(path(name), JSON.stringify(value), 0o600);
  };
  const order = () => read(path('order.json'), orderSchema);
  const outcome = () => read(path('outcome.json'), outcomeSchema);
  const heard = () => read(path('heard.json'), heardSchema)?.version;
  return {
    path,
    order,
    begin: (begun) => {
      for (const name of ['heard.json', 'outcome.json']) rmSync(path(name), { force: true });
      write('order.json', begun);
    },
    heard,
    noteHeard: (version) => {
      if (order() !== undefined && outcome() === undefined && heard() !== version) write('heard.json', { version });
    },
    outcome,
    end: (ended) => write('outcome.json', ended),
  };
}
