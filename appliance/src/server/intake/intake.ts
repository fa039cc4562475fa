import { extname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Extensions } from '../../all-declarations.ts';
import type { ReportFacts, ReportOutcome, SectionOutcome, SectionResult } from '../../engine/inventory/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Log } from '../../platform/log.ts';
import { writeTurns } from '../../platform/write-turns.ts';
import type { Intake, IntakeData, IntakeOutcome, IntakeReply, IntakeRequest } from './messages.ts';

type Pending = { resolve(outcome: IntakeOutcome): void; reject(error: AppError): void };

const maxWaiting = 64;
const restartMs = 1_000;
const closeMs = 10_000;

/**
 * The intake thread: it starts with the first call that is to be written, or at once where something waits for it. One that ends by itself is started
 * again, and what it held is for the devices to repeat.
 */
export const startIntake = ({
  db,
  dataDir,
  extensions = {},
  log,
  atOnce = false,
}: {
  /** The connection of the thread that answers. */
  db: Database;
  dataDir: string;
  extensions?: Extensions;
  log: Log;
  /** Without a report: a crash may have left what is still to be derived. */
  atOnce?: boolean;
}): Intake => {
  const extension = extname(import.meta.filename);
  const path = join(import.meta.dirname, `worker${extension}`);
  const pending = new Map<number, Pending>();
  const writers = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  let nextId = 1;
  let closing = false;
  let worker: Worker | undefined;

  const settle = (message: IntakeReply): void => {
    const held = pending.get(message.id);
    pending.delete(message.id);
    if (held === undefined) return;
    if ('outcome' in message) held.resolve(message.outcome);
    else held.reject(new AppError(message.refused.code, message.refused.message, message.refused.details));
  };

  const rejectAll = (): void => {
    const lost = new AppError('OVERLOADED', 'the intake was interrupted; repeat the report');
    for (const { reject } of pending.values()) reject(lost);
    pending.clear();
  };

  const launch = (): Worker => {
    const data: IntakeData = { dataDir, extensions, writers };
    const started = new Worker(path, {
      workerData: data,
      // From sources, it must resolve the workspaces as this process does.
      ...(extension === '.ts' ? { execArgv: ['--conditions=@sallyport/source'] } : {}),
    });
    started.on('message', settle);
    started.on('error', (error) => log.error({ err: error }, 'the intake thread failed'));
    started.once('exit', () => {
      rejectAll();
      worker = undefined;
      if (closing) return;
      void sleep(restartMs, undefined, { ref: false }).then(() => {
        if (!closing) worker ??= launch();
      });
    });
    return started;
  };
  if (atOnce) worker = launch();

  const send = <Outcome>(
    request: (id: number) => Exclude<IntakeRequest, string>,
    wire?: Uint8Array,
  ): Promise<Outcome> =>
    new Promise((resolve, reject) => {
      // Of notes there is never more than one batch.
      if (closing || (wire !== undefined && pending.size >= maxWaiting)) {
        reject(new AppError('OVERLOADED', 'too many reports at once'));
        return;
      }
      const id = nextId;
      nextId += 1;
      // The answer to a request has the type that its kind has.
      pending.set(id, { resolve: (outcome) => resolve(outcome as Outcome), reject });
      worker ??= launch();
      worker.postMessage(request(id), wire === undefined ? [] : [wire.buffer as ArrayBuffer]);
    });

  return {
    put: (section) => {
      const wire = Uint8Array.from(section.wire);
      return send<SectionOutcome>((id) => ({ id, section: { ...section, wire } }), wire);
    },
    putAll: (sections) => {
      const wire = Uint8Array.from(sections.wire);
      return send<SectionResult[]>((id) => ({ id, sections: { ...sections, wire } }), wire);
    },
    report: ({ plain, ...report }) => {
      if (plain !== undefined)
        return send<ReportOutcome>((id) => ({ id, report: { ...report, wire: new Uint8Array(), plain } }), plain);
      const wire = Uint8Array.from(report.wire);
      return send<ReportOutcome>((id) => ({ id, report: { ...report, wire } }), wire);
    },
    facts: (report) => {
      const wire = Uint8Array.from(report.wire);
      return send<ReportFacts | undefined>((id) => ({ id, factsOf: { ...report, wire } }), wire);
    },
    note: (notes) => send<undefined>((id) => ({ id, notes })),
    derive: () => {
      if (closing) return;
      worker ??= launch();
      worker.postMessage('derive' satisfies IntakeRequest);
    },
    turn: writeTurns(db, writers).mine,
    waiting: () => pending.size,
    close: async () => {
      if (closing) return;
      closing = true;
      const running = worker;
      if (running === undefined) return;
      const ended = new Promise<void>((resolve) => running.once('exit', () => resolve()));
      running.postMessage('close' satisfies IntakeRequest);
      await Promise.race([ended, sleep(closeMs, undefined, { ref: false })]);
      await running.terminate();
    },
  };
};
