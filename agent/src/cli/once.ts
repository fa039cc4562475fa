import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { resolve } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { collectSections } from '../collectors/all.ts';
import { noMemory } from '../collectors/collector.ts';
import { platformCollectors } from '../collectors/of-platform.ts';
import { describe } from '../errors.ts';
import { wholeRound } from '../executables/round.ts';
import { deviceFactsOf } from '../identity/device-facts-of.ts';
import { openAgent } from '../loop/agent.ts';
import { rootFiles } from '../platform/root-files.ts';
import { newOwnId, openState } from '../state/state.ts';
import { agentVersion } from '../version.ts';
import { type Command, type CommandContext, defaultStateDir, machineRoot } from './command.ts';

/** The inventory as a file, for a computer without network; needs no enrolment. */
const writeInventory = async (context: CommandContext, out: string): Promise<void> => {
  const state = context.text('state');
  const settings = state === undefined ? undefined : openState(state).settings();
  const files = rootFiles(resolve(context.text('root') ?? settings?.root ?? machineRoot()));
  const work = state === undefined ? tmpdir() : openState(state).path('work');
  const from = {
    files,
    memory: noMemory,
    clock: nowMs,
    products: state === undefined ? undefined : openState(state).path('products'),
    executables: context.flag('executables') ? wholeRound : undefined,
  };
  const sections = await collectSections(from, {
    chosen: platformCollectors(work),
    onFault: (collection, error) => context.note(`${collection} could not be collected: ${describe(error)}`),
  });
  const report = {
    format: 'sallyport-inventory/1',
    agentVersion,
    collectedAt: toTime(nowMs()),
    device: await deviceFactsOf(files, settings?.ownId ?? newOwnId(), work),
    sections: Object.fromEntries(sections.map(({ collection, ...section }) => [collection, section])),
  };
  writeFileSync(out, `${JSON.stringify(report)}\n`, { mode: 0o600 });
  const items = Object.fromEntries(sections.map((section) => [section.collection, section.items.length]));
  for (const [collection, count] of Object.entries(items)) context.line(`${collection}: ${count}`);
  context.result({ out: resolve(out), items });
};

/** One turn now, with everything collected anew; a task that comes with it is done and its result sent. */
const turnOnce = async (context: CommandContext): Promise<void> => {
  const agent = openAgent(context.text('state') ?? defaultStateDir);
  try {
    agent.tasks.recover();
    const sent = new Set<string>();
    const tasks: string[] = [];
    const maxTasks = 100;
    for (let turns = 0; turns < maxTasks; turns += 1) {
      const turn = await agent.cycle({ collectAll: turns === 0, collect: true });
      agent.tasks.heard();
      for (const name of turn.sent) sent.add(name);
      if (turn.task === undefined) break;
      tasks.push(turn.task.id);
      await agent.tasks.accept(turn.task);
    }
    await agent.renewIfDue();
    context.line(`sent: ${sent.size === 0 ? 'nothing new' : [...sent].join(', ')}`);
    for (const id of tasks) context.line(`task ${id} is done`);
    context.result({ sent: [...sent], tasks });
  } finally {
    agent.close();
  }
};

export const command: Command = {
  options: {
    out: { value: 'FILE', help: 'write the inventory there and connect nowhere' },
    root: { value: 'DIR', help: 'with --out: the root of the system to report (/)' },
    executables: { help: 'with --out: with the hashes of executable files' },
  },
  example: 'sallyport-agent once --out inventory.json',
  run: async (context) => {
    const out = context.text('out');
    await (out === undefined ? turnOnce(context) : writeInventory(context, out));
  },
};
