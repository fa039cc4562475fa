import { type ChildProcess, spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { type ServiceUser, userText } from '@sallyport/bundle-tools/platform/drop-rights';
import { AppError, refusalOf } from '../platform/errors.ts';
import { type ActAnswer, type ActInput, type ActName, actShapes, maxLineBytes, replyShape } from './shapes.ts';

// Root's side: it starts a process that becomes the data folder's user and asks it, over pipes. Root itself opens, makes, renames and
// removes nothing below the data folder, so a link that this user plants there leads nowhere that he could not go himself.

export type DataActs = {
  readonly dataDir: string;
  /** The process; undefined before the first act. */
  readonly pid: number | undefined;
  /** One after the other. Throws what the act threw; UPGRADE where the process ended. */
  call<N extends ActName>(act: N, input: ActInput<N>): Promise<ActAnswer<N>>;
  /** The bytes of an object, and whether all of them came. */
  object(sha256: string): { bytes: Readable; whole: Promise<boolean> };
  /** Ends the process. */
  close(): void;
};

const program = join(import.meta.dirname, '../../bin/data-acts.js');

/** What was handed over may be shown on root's terminal. */
const printable = (_: string, value: unknown): unknown =>
  typeof value === 'string' ? value.replaceAll(/[\p{Cc}\p{Cf}]/gu, ' ') : value;

type Running = { child: ChildProcess; lines: AsyncIterator<string>; ended: Promise<never> };

const endOf = (child: ChildProcess): Promise<never> =>
  new Promise((_, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) =>
      reject(new AppError('UPGRADE', `the process of the data folder ended with ${signal ?? status}`)),
    );
  });

/**
 * Acts in the data folder as `user`; as this process where there is none, as on a computer on which root is not asked for.
 * The process starts with the first act.
 */
export function dataActs(dataDir: string, user: ServiceUser | undefined): DataActs {
  const start = (...more: string[]): ChildProcess =>
    spawn(process.execPath, [program, resolve(dataDir), user === undefined ? '-' : userText(user), ...more], {
      stdio: [more.length === 0 ? 'pipe' : 'ignore', 'pipe', 'inherit'],
      cwd: '/',
    });
  let running: Running | undefined;
  /** Between two acts it keeps no command alive that has ended by an error. */
  const hold = ({ child }: Running, isHeld: boolean): void => {
    for (const one of [child, child.stdin as Socket, child.stdout as Socket])
      if (isHeld) one.ref();
      else one.unref();
  };
  const opened = (): Running => {
    if (running !== undefined) return running;
    const child = start();
    const ended = endOf(child);
    ended.catch(() => undefined);
    let pendingBytes = 0;
    child.stdout?.on('data', (chunk: Buffer) => {
      const end = chunk.lastIndexOf(10);
      pendingBytes = end === -1 ? pendingBytes + chunk.length : chunk.length - end - 1;
      if (pendingBytes > maxLineBytes) child.kill('SIGKILL');
    });
    // One that has ended reads no question.
    child.stdin?.on('error', () => undefined);
    const lines = createInterface({ input: child.stdout as Readable })[Symbol.asyncIterator]();
    running = { child, lines, ended };
    return running;
  };
  return {
    dataDir: resolve(dataDir),
    get pid() {
      return running?.child.pid;
    },
    call: async (act, input) => {
      const process = opened();
      const { child, lines, ended } = process;
      hold(process, true);
      child.stdin?.write(`${JSON.stringify({ act, input })}\n`);
      const { value, done } = await Promise.race([lines.next(), ended]);
      hold(process, false);
      if (done === true) return await ended;
      const reply = replyShape.parse(JSON.parse(value, printable));
      if ('error' in reply) throw refusalOf(reply.error.code, reply.error.message);
      return actShapes[act].answer.parse(reply.answer) as ActAnswer<typeof act>;
    },
    object: (sha256) => {
      const child = start(sha256);
      const whole = new Promise<boolean>((done) => child.once('close', (status) => done(status === 0)));
      child.once('error', () => undefined);
      return { bytes: child.stdout as Readable, whole };
    },
    close: () => running?.child.stdin?.end(),
  };
}
