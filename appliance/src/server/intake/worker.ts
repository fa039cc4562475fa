import { parentPort, workerData } from 'node:worker_threads';
import { compose } from '../../compose.ts';
import { WAITING_MOST } from '../../derivations.ts';
import { isKnownSection } from '../../features/agents/native/known-section.ts';
import { immediate } from '../../platform/database.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { letOthersWrite } from '../../platform/write-turns.ts';
import type { IntakeData, IntakeReply, IntakeRequest, NoteBatch } from './messages.ts';
import {
  freeWork,
  readFacts,
  readReport,
  readSection,
  readSections,
  type Separately,
  type Work,
  writeWork,
} from './work.ts';

// Inflates, decodes and writes reports with a connection of its own, and what calls only told. What waits is written in one
// transaction: a commit costs a disk flush, however many reports it holds. Between them it works off what waits to be derived.

/** Sections and reports; a call of several sections may exceed it. */
const groupSize = 48;
/** How long to wait for a quiet moment. */
const deriveIdleMs = 250;
/** What is derived at once: one transaction or a few. */
const pieceMs = 20;
/** So many pieces for each time that it is asked for, with a pause for who writes beside it. */
const piecesAsked = 8;
const piecePauseMs = 25;
/** So often it is put off while reports come. */
const mostPutOff = 10;

/** So many groups after a refused report are written with savepoints. */
const carefulGroups = 32;

const { dataDir, extensions, writers } = workerData as IntakeData;
const appliance = await compose({ dataDir, extensions, undoInMemory: true, lateStatements: true });
const { db, inventory, queues, log } = appliance;

const knownOutcome = { known: true, added: 0, removed: 0, changed: 0 };

type ToStore = Exclude<IntakeRequest, string | { factsOf: unknown } | { notes: unknown }>;
type Waiting = { id: number; work: Work };
const waiting: Waiting[] = [];
const noted: Array<{ id: number; notes: NoteBatch }> = [];
const closing = { asked: false };
const carefully = { groups: 0 };
const next: { timer: NodeJS.Timeout | undefined } = { timer: undefined };
const derive: { pieces: number; putOff: number; timer: NodeJS.Timeout | undefined } = {
  pieces: 0,
  putOff: 0,
  timer: undefined,
};

/** Devices of the sections and reports that are read or wait, by the number of the request. */
const inWork = new Map<number, number>();

const reply = (message: IntakeReply): void => {
  inWork.delete(message.id);
  parentPort?.postMessage(message);
};

const refuse = (id: number, error: unknown): void => {
  const { code, message, details } = toFailure(error);
  if (code === 'INTERNAL') log.error({ err: error }, 'a report could not be stored');
  const refused =
    error instanceof AppError
      ? error
      : new AppError(code === 'DISK_FULL' || code === 'OVERLOADED' ? code : 'INTERNAL', message);
  reply({ id, refused: { code: refused.code, message, details } });
};

type Stored = IntakeReply | { id: number; error: unknown };

const store = ({ id, work }: Waiting): Stored => ({ id, outcome: writeWork(appliance, work) });

const alone: Separately = (write) => immediate(db, write);

/** One refused report does not undo its neighbours: each is a savepoint of the group. */
const storeAlone = ({ id, work }: Waiting): Stored => {
  try {
    // Several sections of a call are each taken back alone.
    const write = () => writeWork(appliance, work, alone);
    return { id, outcome: 'parts' in work ? write() : alone(write) };
  } catch (error) {
    return { id, error };
  }
};

/** Nothing in a report is the reason, so that writing each alone would be of no use. */
const isOurs = (error: unknown): boolean => !(error instanceof AppError) && toFailure(error).code !== 'INTERNAL';

/**
 * A savepoint copies each page that changes in it. Hardly any report is refused, so a group is written without, and
 * once more with them where one was; what such a sender sends next is written with them at once.
 */
const storeGroup = (group: readonly Waiting[], notes: readonly NoteBatch[]): Stored[] => {
  const note = (): void => notes.forEach(appliance.devices.writeNotes);
  letOthersWrite(writers);
  if (carefully.groups > 0) carefully.groups -= 1;
  else {
    try {
      return immediate(db, () => {
        note();
        return group.map(store);
      });
    } catch (error) {
      if (isOurs(error) || group.length === 0) throw error;
      carefully.groups = carefulGroups;
    }
  }
  return immediate(db, () => {
    note();
    return group.map(storeAlone);
  });
};

const isIdle = (): boolean => waiting.length + noted.length === 0;

/** A part of what holds the lock for longer, in a quiet moment. */
const deriveBulk = (): void => {
  if (!isIdle() || closing.asked) return;
  try {
    letOthersWrite(writers);
    if (queues.bulk.map((queue) => queue.run({}).more).includes(true)) bulkSoon(piecePauseMs);
  } catch (error) {
    // Questions look at what is not entered, too: the next round is early enough.
    log.error({ err: error }, 'first reports were not entered into the index');
  }
};

const bulkSoon = (afterMs = deriveIdleMs): void => {
  clearTimeout(next.timer);
  next.timer = setTimeout(deriveBulk, afterMs).unref();
};

/** A piece of what was asked to be derived; while reports come, once it was put off often enough. */
const derivePiece = (): void => {
  derive.timer = undefined;
  const queue = queues.quick.find((one) => one.isBehind());
  if (queue === undefined || derive.pieces === 0 || closing.asked) return;
  if (!isIdle() && derive.putOff < mostPutOff) return;
  derive.pieces -= 1;
  if (derive.pieces === 0) derive.putOff = 0;
  try {
    letOthersWrite(writers);
    queue.run({ budgetMs: pieceMs, small: true });
    pieceSoon();
  } catch (error) {
    // It is asked for again within the second.
    log.error({ err: error }, 'what waits to be derived was not worked off');
  }
};

const pieceSoon = (): void => {
  derive.timer ??= setTimeout(derivePiece, piecePauseMs).unref();
};

/** Takes what is written together. */
const nextGroup = (): Waiting[] => {
  let sections = 0;
  let count = 0;
  for (; count < waiting.length && sections < groupSize; count += 1) {
    const { work } = waiting[count] as Waiting;
    sections += 'parts' in work ? work.parts.length : 1;
  }
  return waiting.splice(0, count);
};

const writeGroup = (): void => {
  // No more wait than a question can look into.
  while (inventory.waiting() >= WAITING_MOST) {
    letOthersWrite(writers);
    if (!inventory.enterPart(WAITING_MOST).more) break;
  }
  const group = nextGroup();
  const batches = noted.splice(0);
  if (group.length + batches.length === 0) return;
  try {
    const done = storeGroup(
      group,
      batches.map(({ notes }) => notes),
    );
    for (const { id } of batches) reply({ id, outcome: undefined });
    for (const one of done) {
      if ('error' in one) refuse(one.id, one.error);
      else reply(one);
    }
  } catch (error) {
    for (const { id } of [...batches, ...group]) refuse(id, error);
  }
  for (const { work } of group) freeWork(work);
  if (!isIdle()) setImmediate(writeGroup);
  else bulkSoon();
  if (derive.pieces > 0) pieceSoon();
};

const read = (message: ToStore, isAlone: boolean): Promise<Work> => {
  if ('section' in message) return readSection(message.section, inventory);
  if ('sections' in message) return readSections(message.sections, inventory, isAlone);
  return readReport(message.report, isAlone ? appliance : undefined);
};

const deviceOf = (message: ToStore): number => {
  if ('section' in message) return message.section.device;
  return 'sections' in message ? message.sections.device : message.report.device;
};

/** Writes soon: what comes meanwhile is written with it. */
const writeSoon = (): void => {
  if (waiting.length + noted.length === 1) setImmediate(writeGroup);
};

const take = async (message: Exclude<IntakeRequest, string>): Promise<void> => {
  if ('notes' in message) {
    noted.push(message);
    writeSoon();
    return;
  }
  if ('factsOf' in message) {
    reply({ id: message.id, outcome: await readFacts(message.factsOf) });
    return;
  }
  const device = deviceOf(message);
  // Not past another report of the device that still has to be written: the last one sent must be the last one stored.
  const isAlone = !Array.from(inWork.values()).includes(device);
  if ('section' in message && isAlone && !message.section.isNew && isKnownSection(inventory, message.section)) {
    reply({ id: message.id, outcome: knownOutcome });
    return;
  }
  inWork.set(message.id, device);
  const work = await read(message, isAlone);
  waiting.push({ id: message.id, work });
  writeSoon();
};

// What a crash left.
bulkSoon();

parentPort?.on('message', (message: IntakeRequest) => {
  if (message === 'close') {
    closing.asked = true;
    while (!isIdle()) writeGroup();
    clearTimeout(next.timer);
    clearTimeout(derive.timer);
    void appliance.close().then(() => parentPort?.close());
    return;
  }
  if (message === 'derive') {
    derive.pieces = piecesAsked;
    if (!isIdle()) derive.putOff += 1;
    pieceSoon();
    return;
  }
  take(message).catch((error: unknown) => refuse(message.id, error));
});
