import { steadyMs } from '@sallyport/bundle-tools/platform/ambient';
import {
  type ActPermitRequest,
  actPermitMs,
  actPermitReply,
  actPermitTimeoutMs,
} from '@sallyport/bundle-tools/protocol/act-permit';
import type { TaskStep } from '@sallyport/bundle-tools/protocol/task-result';
import type { Connection } from '../platform/connect.ts';
import { ActionError, step } from './action.ts';

// Before a step that cannot be taken back the appliance is asked whether it may begin now: it knows the window, and one clock
// decides. Anything but a clear yes is a no.

/** May be used once, soon. */
type ActPermit = {
  /** What is told of it in the result. */
  step: TaskStep;
  /** Right before the step; WINDOW_CLOSED where the permit is spent or too old. */
  use(): void;
};

const refusal = (why: string): ActionError => new ActionError('WINDOW_CLOSED', `no permit: ${why}`);

const readReply = (body: Buffer) => {
  try {
    return actPermitReply.parse(JSON.parse(body.toString('utf8')));
  } catch {
    throw refusal('an answer that is none');
  }
};

/** Asks for the permit of a step. WINDOW_CLOSED where there is none: the appliance says no, in other words, or does not answer in time. */
export const askToAct = async (
  connection: Pick<Connection, 'call'>,
  task: string,
  asked: ActPermitRequest,
  clock: () => number = steadyMs,
): Promise<ActPermit> => {
  // Counted from the question: an answer on the way grows old, too.
  const askedAtMs = clock();
  const reply = await connection
    .call({ method: 'POST', path: `/tasks/${task}/permit`, body: asked, timeoutMs: actPermitTimeoutMs })
    .catch((error: unknown) => {
      throw refusal(`no answer (${error instanceof Error ? error.message.slice(0, 200) : 'unknown'})`);
    });
  if (reply.status !== 200) throw refusal(`answer ${reply.status}`);
  const answer = readReply(reply.body);
  if (!answer.go) throw refusal(answer.why);
  let isSpent = false;
  return {
    step: step('permit', clock() - askedAtMs, `to end by ${answer.mustEndBy}`, 0),
    use: () => {
      if (isSpent) throw refusal('it was used');
      isSpent = true;
      if (clock() - askedAtMs > actPermitMs) throw refusal('it is too old');
    },
  };
};
