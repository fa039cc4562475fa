import { readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import {
  type KeptFileTask,
  type ProductAnswer,
  type ProductOrder,
  productAnswer,
} from '@sallyport/bundle-tools/protocol/device-tasks';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { pause } from '../platform/timing.ts';
import { readProductReports } from '../products/reports.ts';
import { step } from './action.ts';

// kept-file: a product that keeps a file in quarantine or as a backup is asked to give it back, to delete it or to look at it
// again. The agent knows no product's insides and runs nothing: it leaves the order beside the products' reports, where
// only the administrator of the device can write, and waits for the answer.

type KeptFileContext = {
  /** The folder of the products' reports. */
  products: string;
  isCancelled: () => boolean;
};

const lookMs = 500;
const maxAnswerBytes = 64 * 1024;

const pathsOf = (products: string, id: string): { order: string; answer: string } => ({
  order: join(products, 'orders', `${id}.json`),
  answer: join(products, 'orders', `${id}.answer.json`),
});

/** Takes an order back, and an answer that came too late. */
export const dropProductOrder = (products: string, id: string): void => {
  for (const path of Object.values(pathsOf(products, id))) rmSync(path, { force: true });
};

/** The answer, once it is whole: a product may be in the middle of writing it. */
const readAnswer = (path: string): ProductAnswer | undefined => {
  if (!isThere(path) || statSync(path).size > maxAnswerBytes) return undefined;
  try {
    return productAnswer.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
};

export const keptFile = async (context: KeptFileContext, task: KeptFileTask): Promise<TaskResult> => {
  const { products, isCancelled } = context;
  const { id, attempt, list, product, number, act, timeoutMs } = task;
  const startedMs = nowMs();
  const told = readProductReports(products).find((report) => report.product === product);
  if (told?.[list]?.some((file) => file.number === number) !== true)
    return {
      attempt,
      steps: [step('find', 0, 'the product does not keep this file')],
      state: 'failed',
      code: 'MISSING',
    };

  const paths = pathsOf(products, id);
  ensureDir(join(products, 'orders'), 0o700);
  const order: ProductOrder = { format: 'sallyport-order/1', id, product, list, number, act };
  try {
    writeFileDurable(paths.order, `${JSON.stringify(order)}\n`, 0o600);
    for (let waitedMs = 0; waitedMs <= timeoutMs; waitedMs = nowMs() - startedMs) {
      const answer = readAnswer(paths.answer);
      if (answer !== undefined) {
        const isDone = answer.state === 'done';
        const steps = [step(act, nowMs() - startedMs, answer.message ?? '', isDone ? 0 : 1)];
        return isDone ? { attempt, steps, state: 'completed' } : { attempt, steps, state: 'failed', code: 'EXIT' };
      }
      if (isCancelled()) return { attempt, steps: [step(act, waitedMs)], state: 'failed', code: 'CANCELLED' };
      await pause(lookMs);
    }
    const steps = [step(act, nowMs() - startedMs, 'the product did not answer')];
    return { attempt, steps, state: 'timed-out', code: 'TIMEOUT' };
  } finally {
    dropProductOrder(products, id);
  }
};
