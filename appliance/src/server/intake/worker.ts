import { parentPort, workerData } from 'node:worker_threads';
import { compose } from '../../compose.ts';
import { WAITING_MOST } from '../../derivations.ts';
import { isKnownSection } from '../../features/agents/native/known-section.ts';
import { immediate } from '../../platform/database.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import type { IntakeData, IntakeReply, IntakeRequest } from './messages.ts';
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

// Inflates, decodes and writes reports with a connection of its own. What waits is written in one transaction: a commit
// costs a disk flush, however many reports it holds.

/** Sections and reports; a call of several sections may exceed it. */
const groupSize = 48;
/** How long to wait for a quiet moment. */
const deriveIdleMs = 250;

/** So many groups after a refused report are written with savepoints. */
const carefulGroups = 32;

const { dataDir, extensions } = workerData as IntakeData;
const appliance = await compose({ dataDir, extensions, undoInMemory: true, lateStatements: true });
const { db, inventory, queues, log } = appliance;

const knownOutcome = { known: true, added: 0, removed: 0, changed: 0 };

type ToStore = Exclude<IntakeRequest, 'close' | { factsOf: unknown }>;
type Waiting = { id: number; work: Work };
const waiting: Waiting[] = [];
const closing = { asked: false };
const carefully = { groups: 0 };
const next: { timer: NodeJS.Timeout | undefined } = { timer: undefined };

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
const storeGroup = (group: readonly Waiting[]): Stored[] => {
  if (carefully.groups > 0) carefully.groups -= 1;
  else {
    try {
      return immediate(db, () => group.map(store));
    } catch (error) {
      if (isOurs(error)) throw error;
      carefully.groups = carefulGroups;
    }
  }
  return immediate(db, () => group.map(storeAlone));
};

const derivePending = (): void => {
  try {
    const more = queues.bulk.map((queue) => queue.run({}).more).includes(true);
    if (more && waiting.length === 0 && !closing.asked) deriveSoon();
  } catch (error) {
    // Questions look at what is not entered, too: the next round is early enough.
    log.error({ err: error }, 'first reports were not entered into the index');
  }
};

const deriveSoon = (): void => {
  clearTimeout(next.timer);
  next.timer = setTimeout(derivePending, deriveIdleMs).unref();
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
  if (inventory.waiting() >= WAITING_MOST) derivePending();
  const group = nextGroup();
  if (group.length === 0) return;
  try {
    for (const done of storeGroup(group)) {
      if ('error' in done) refuse(done.id, done.error);
      else reply(done);
    }
  } catch (error) {
    for (const { id } of group) refuse(id, error);
  }
  for (const { work } of group) freeWork(work);
  if (waiting.length > 0) setImmediate(writeGroup);
  else deriveSoon();
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

const take = async (message: Exclude<IntakeRequest, 'close'>): Promise<void> => {
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
  if (waiting.length === 1) setImmediate(writeGroup);
};

// What a crash left.
deriveSoon();

parentPort?.on('message', (message: IntakeRequest) => {
  if (message === 'close') {
    closing.asked = true;
    while (waiting.length > 0) writeGroup();
    clearTimeout(next.timer);
    void appliance.close().then(() => parentPort?.close());
    return;
  }
  take(message).catch((error: unknown) => refuse(message.id, error));
});
