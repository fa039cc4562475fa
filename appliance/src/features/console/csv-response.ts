import type { Context } from 'hono';
import { actorRef } from '../objects/types.ts';
import { type Cell, csvMark, csvRow } from './csv.ts';
import { signedIn } from './guard.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

/** Longest list that is written out at once; the page says "about" beyond it. */
export const maxCsvRows = 100_000;

const chunkBytes = 64 * 1024;

/** Rows that are read while they are sent, and how many they are. */
export type CountedRows = { count: number; read: () => Iterable<readonly Cell[]> };

const isCounted = (rows: readonly (readonly Cell[])[] | CountedRows): rows is CountedRows => 'read' in rows;

/** Sends a list as a file. What left and how much of it is an event, written before the first byte. */
export const sendCsv = (
  deps: ConsoleDeps,
  c: Context<ConsoleEnv>,
  file: { name: string; head: readonly string[]; rows: readonly (readonly Cell[])[] | CountedRows },
): Response => {
  const { actor } = signedIn(c);
  deps.events.record('data-exported', {
    actor: actorRef(actor),
    from: c.get('from'),
    params: { what: file.name, rows: isCounted(file.rows) ? file.rows.count : file.rows.length },
  });
  const lines = function* (): Generator<string> {
    yield csvMark + csvRow(file.head);
    for (const row of isCounted(file.rows) ? file.rows.read() : file.rows) yield csvRow(row);
  };
  const source = lines();
  const encoder = new TextEncoder();
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      let chunk = '';
      for (let next = source.next(); ; next = source.next()) {
        if (next.done) {
          if (chunk !== '') controller.enqueue(encoder.encode(chunk));
          controller.close();
          return;
        }
        chunk += next.value;
        if (chunk.length >= chunkBytes) {
          controller.enqueue(encoder.encode(chunk));
          return;
        }
      }
    },
  });
  return c.body(stream, 200, {
    'Content-Type': 'text/csv; charset=utf-8',
    'Content-Disposition': `attachment; filename="${file.name.replace(/[^a-z0-9-]/g, '-')}.csv"`,
  });
};
