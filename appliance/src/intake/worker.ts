import { parentPort, workerData } from 'node:worker_threads';
import { sectionRequest } from '@sallyport/bundle-tools/protocol/section';
import { compose } from '../compose.ts';
import { parseBody } from '../features/agent-api/native/body.ts';
import type { SectionReport } from '../features/inventory/types.ts';
import { immediate } from '../platform/database.ts';
import { AppError, toFailure } from '../platform/errors.ts';
import type { IntakeData, IntakeReply, IntakeRequest } from './messages.ts';

// Inflates, parses and writes sections with a connection of its own. What waits is written in one transaction: a commit
// costs a disk flush, however many reports it holds.

const groupSize = 16;

const { dataDir, extensions } = workerData as IntakeData;
const appliance = await compose({ dataDir, extensions });
const { db, inventory, log } = appliance;

type Waiting = { id: number; report: SectionReport };
const waiting: Waiting[] = [];
const closing = { asked: false };

const reply = (message: IntakeReply): void => parentPort?.postMessage(message);

const refuse = (id: number, error: unknown): void => {
  const { code, message, details } = toFailure(error);
  if (code === 'INTERNAL') log.error({ err: error }, 'a section could not be stored');
  const refused =
    error instanceof AppError
      ? error
      : new AppError(code === 'DISK_FULL' || code === 'OVERLOADED' ? code : 'INTERNAL', message);
  reply({ id, refused: { code: refused.code, message, details } });
};

const store = ({ id, report }: Waiting): IntakeReply | { id: number; error: unknown } => {
  try {
    return { id, outcome: inventory.putSection(report) };
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

const parse = async (
  id: number,
  { device, collection, door, wire }: Extract<IntakeRequest, { id: number }>['section'],
): Promise<void> => {
  const parsed = sectionRequest.safeParse(await parseBody(Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength)));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new AppError('MALFORMED', `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'invalid'}`);
  }
  waiting.push({ id, report: { device, collection, door, ...parsed.data } });
  if (waiting.length === 1) setImmediate(writeGroup);
};

parentPort?.on('message', (message: IntakeRequest) => {
  if (message === 'close') {
    closing.asked = true;
    while (waiting.length > 0) writeGroup();
    void appliance.close().then(() => parentPort?.close());
    return;
  }
  parse(message.id, message.section).catch((error: unknown) => refuse(message.id, error));
});
