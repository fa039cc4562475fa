import { type Command, defaultStateDir } from './command.ts';

export const command: Command = {
  options: { 'until-input-ends': { help: 'stop when standard input ends: how the service of Windows says so' } },
  example: 'sallyport-agent run --state /var/lib/sallyport-agent',
  run: async (context) => {
    const [{ enrolLater }, { openAgent }, { runAgent }, { fileLog }, { openState }] = await Promise.all([
      import('../loop/enrol-later.ts'),
      import('../loop/agent.ts'),
      import('../loop/run.ts'),
      import('../platform/log.ts'),
      import('../state/state.ts'),
    ]);
    // An enrolment is left off at once: it goes on at the next start.
    const stopping = { act: (): void => process.exit(0) };
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.act());
    if (context.flag('until-input-ends')) process.stdin.once('end', () => stopping.act()).resume();
    const state = openState(context.text('state') ?? defaultStateDir);
    await enrolLater(state, fileLog(state.path('log'), context.note));
    const agent = openAgent(state.folder, context.note);
    const running = runAgent(agent);
    stopping.act = running.stop;
    agent.log('info', `running as ${agent.settings.deviceId ?? ''} of ${agent.settings.site ?? ''}`);
    await running.ended;
    agent.close();
    context.result({ stopped: true });
  },
};
