import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { z } from 'zod';
import type { DecodedReport, DecodedSection, DecoderHints, Item } from '../../../engine/inventory/types.ts';
import { AppError } from '../../../platform/errors.ts';
import { parseBody } from '../../../platform/http/body.ts';
import { neighboursOf, type Seen } from '../../discovery/types.ts';
import { answerLimits } from '../../queries/types.ts';
import { type Mapping, mappings, neighbourQuestion, type Question, systemIn } from './inventory-queries.ts';
import { readQueryName } from './names.ts';
import { type Answers, type Row, text } from './rows.ts';

/** Of osquery's table the rows that the machine learned, not entered ones. */
const learnedNeighbours = (rows: readonly Row[], now: number): Seen[] =>
  neighboursOf(
    rows
      .filter((row) => text(row, 'permanent', 5) !== '1')
      .map((row) => ({ address: text(row, 'address', 64), mac: text(row, 'mac', 20) })),
    now,
  );

// The answers to the inventory's questions, as the client sends them to distributed/write. A collection is replaced only
// by whole answers: a question that failed says nothing about what is there, and no rows are not the same as that.

const maxQueries = 256;

/** The body of distributed/write; older clients send statuses as text. */
const writeBody = z.object({
  node_key: z.string().max(512).optional(),
  queries: z
    .record(z.string().max(256), z.union([z.array(z.unknown()).max(answerLimits.rows), z.literal('')]))
    .default({}),
  statuses: z.record(z.string().max(256), z.union([z.number(), z.string().max(16)])).default({}),
  messages: z.record(z.string().max(256), z.string()).default({}),
  stats: z.record(z.string().max(256), z.unknown()).default({}),
});

export type WriteBody = z.output<typeof writeBody>;

/** Reads the body; MALFORMED. */
export const readWrite = async (wire: Buffer): Promise<WriteBody> => {
  const parsed = writeBody.safeParse(await parseBody(wire));
  if (parsed.success && Object.keys(parsed.data.queries).length <= maxQueries) return parsed.data;
  const issue = parsed.error?.issues[0];
  throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'too many answers'}`);
};

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Zero is done; a client that sends no statuses answers only what went well. */
export const hasFailed = (body: WriteBody, name: string): boolean => Number(body.statuses[name] ?? 0) !== 0;

/** The rows of an answer. */
export const rowsOf = (body: WriteBody, name: string): readonly Row[] => {
  const rows = body.queries[name];
  return rows === undefined || rows === '' ? [] : rows.filter(isRow);
};

const questions = new Set([
  ...mappings.flatMap((mapping) => mapping.questions.map(({ name }) => name)),
  neighbourQuestion.name,
]);

const denylisted = /denylisted/i;

/** How a question ended that was not answered; the name under which it is counted as dropped. */
const problemName = (question: string, message: string): string =>
  `${question}:${denylisted.test(message) ? 'denylisted' : 'failed'}`;

/** The questions that were not answered, from what a report dropped. */
export const problemsIn = (dropped: Readonly<Record<string, number>>): Record<string, 'failed' | 'denylisted'> =>
  Object.fromEntries(
    Object.keys(dropped).flatMap((name) => {
      const match = /^(.+):(failed|denylisted)$/.exec(name);
      return match === null ? [] : [[match[1] ?? '', match[2] as 'failed' | 'denylisted']];
    }),
  );

const readAnswers = (body: WriteBody): { answers: Answers; problems: ReadonlyMap<string, string> } => {
  const answers = new Map<string, readonly Row[]>();
  const problems = new Map<string, string>();
  for (const name of new Set([...Object.keys(body.queries), ...Object.keys(body.statuses)])) {
    const known = readQueryName(name);
    if (known?.kind !== 'inventory' || !questions.has(known.question)) continue;
    if (hasFailed(body, name)) problems.set(known.question, problemName(known.question, body.messages[name] ?? ''));
    else answers.set(known.question, rowsOf(body, name));
  }
  return { answers: Object.fromEntries(answers), problems };
};

/** The questions of a collection that failed and whose items stay; undefined when what was answered says nothing about the collection. */
const lostOf = (mapping: Mapping, answers: Answers, problems: ReadonlyMap<string, string>): Question[] | undefined => {
  const { questions: asked, oneOf } = mapping;
  const failed = asked.filter(({ name }) => problems.has(name));
  const lost = failed.filter(({ isList }) => isList === undefined);
  const isUnread = lost.length < failed.length;
  if (!isUnread && asked.every(({ name }) => answers[name] === undefined)) return undefined;
  // A table that is absent is not asked for; every other question was answered, or its items can be told apart.
  const isMissing = asked.some(({ name, needs }) => needs === undefined && answers[name] === undefined);
  const isHollow = !isUnread && oneOf?.every((name) => answers[name] === undefined) === true;
  return isMissing || isHollow || lost.some(({ owns }) => owns === undefined) ? undefined : lost;
};

/** Sections of the collections that were answered; questions that failed are counted as dropped. */
export const sectionsOf = (body: WriteBody, now: number): DecodedReport => {
  const { answers, problems } = readAnswers(body);
  const system = systemIn(answers);
  const collectedAt = toTime(now);
  const sections = mappings.flatMap((mapping): DecodedSection[] => {
    const lost = lostOf(mapping, answers, problems);
    if (lost === undefined) return [];
    const items = mapping.items(answers, system).filter((one) => Object.keys(one).length > 0);
    const isHeld = (item: Item): boolean => lost.some(({ owns }) => owns?.(item));
    const section = { collection: mapping.collection, collectedAt, items };
    return [lost.length === 0 ? section : { ...section, onto: (held) => [...items, ...held.filter(isHeld)] }];
  });
  return {
    sections,
    full: false,
    dropped: Object.fromEntries([...problems.values()].map((name) => [name, 1])),
    found: learnedNeighbours(answers[neighbourQuestion.name] ?? [], now),
  };
};

/** The decoder of the format `osquery`. */
export const decodeOsquery = async (wire: Uint8Array, { now }: DecoderHints): Promise<DecodedReport> =>
  sectionsOf(await readWrite(Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength)), now);
