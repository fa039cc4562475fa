import { parentPort, workerData } from 'node:worker_threads';
import { compose } from '../compose.ts';
import { immediate } from '../platform/database.ts';
import { AppError, toFailure } from '../platform/errors.ts';
import type { IntakeData, IntakeReply, IntakeRequest } from './messages.ts';
import { readFacts, readReport, readSection, type Work, writeWork } from './work.ts';

// Inflates, decodes and writes reports with a connection of its own. What waits is written in one transaction: a commit
// costs a disk flush, however many reports it holds.

const groupSize = 16;

const { dataDir, extensions } = workerData as IntakeData;
const appliance = await compose({ dataDir, extensions });
const { db, log } = appliance;

type Waiting = { id: number; work: Work };
const waiting: Waiting[] = [];
const closing = { asked: false };

const reply = (message: IntakeReply): void => parentPort?.postMessage(message);

const refuse = (id: number, error: unknown): void => {
  const { code, message, details } = toFailure(error);
  if (code === 'INTERNAL') log.error({ err: error }, 'a report could not be stored');
  const refused =
    error instanceof AppError
      ? error
      : new AppError(code === 'DISK_FULL' || code === 'OVERLOADED' ? code : 'INTERNAL', message);
  reply({ id, refused: { code: refused.code, message, details } });
};

const store = ({ id, work }: Waiting): IntakeReply | { id: number; error: unknown } => {
  try {
    return { id, outcome: immediate(db, () => writeWork(appliance, work)) };
  } catch (error) {
    // One refused report must not undo its neighbours: each is a savepoint of the group.
    return { id, error };
  }
};

const writeGroup = (): void => {
  const group = waiting.splice(0, groupSize);
  if (group.length === 0) return;
  try {
    for (const done of immediate(db, () => group.map(store))) {
      if ('error' in done) refuse(done.id, done.error);
      else reply(done);
    }
  } catch (error) {
    for (const { id } of group) refuse(id, error);
  }
  if (waiting.length > 0) setImmediate(writeGroup);
};

const take = async (message: Exclude<IntakeRequest, 'close'>): Promise<void> => {
  if ('factsOf' in message) {
    reply({ id: message.id, outcome: await readFacts(message.factsOf) });
    return;
  }
  const work = 'section' in message ? await readSection(message.section) : await readReport(message.report);
  waiting.push({ id: message.id, work });
  if (waiting.length === 1) setImmediate(writeGroup);
};

parentPort?.on('message', (message: IntakeRequest) => {
  if (message === 'close') {
    closing.asked = true;
    while (waiting.length > 0) writeGroup();
    void appliance.close().then(() => parentPort?.close());
    return;
  }
  take(message).catch((error: unknown) => refuse(message.id, error));
});
