import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const everyMs = 500;

const wholeNumber = (name: string, text: string, max: number): number => {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1 || value > max)
    throw new AppError('USAGE', `--${name} takes a number up to ${max}: ${text}`);
  return value;
};

export const command: Command = {
  summary: "asks a device for the newest lines of its agent's own log, and waits for them",
  positionals: 'ID',
  options: {
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why; kept with the task' },
    lines: { type: 'string', value: 'N', help: 'how many lines, 500 at most (200)' },
    wait: { type: 'string', value: 'S', help: 'seconds to wait; the lines come later all the same (120)' },
  },
  example: 'sallyport device log 0123456789abcdef0123456789abcdef --reason "no report since Monday" --lines 50',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const [id, ...more] = positionals;
    if (id === undefined || more.length > 0) throw new AppError('USAGE', 'which device? See: sallyport device list');
    const lines = wholeNumber('lines', text('lines') ?? '200', 500);
    const waitSeconds = wholeNumber('wait', text('wait') ?? '120', 3_600);
    const { deviceTasks } = await open();
    const { id: task } = deviceTasks.ask(cliActor(), id, { kind: 'show-log', lines }, text('reason') ?? '');
    out.note(`task ${task}: waits for the device`);
    let found = deviceTasks.get(task);
    for (let tries = 0; tries * everyMs < waitSeconds * 1_000; tries += 1) {
      if (found.state !== 'queued' && found.state !== 'running') break;
      await sleep(everyMs);
      found = deviceTasks.get(task);
    }
    if (found.output !== null && found.output !== '') out.line(found.output);
    if (found.state !== 'completed') out.note(`${found.state}${found.code === null ? '' : ` ${found.code}`}`);
    out.result({ task, state: found.state, code: found.code, output: found.output });
    return found.state === 'completed' ? 0 : 1;
  },
};
