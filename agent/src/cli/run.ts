import { type Command, defaultStateDir } from './command.ts';

export const command: Command = {
  options: {
    'until-input-ends': { type: 'boolean', help: 'stop when standard input ends: how the service of Windows says so' },
  },
  example: 'sallyport-agent run --state /var/lib/sallyport-agent',
  run: async (context) => {
    const [{ openAgent }, { runAgent }] = await Promise.all([import('../loop/agent.ts'), import('../loop/run.ts')]);
    const agent = openAgent(context.text('state') ?? defaultStateDir, context.note);
    const running = runAgent(agent);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, running.stop);
    if (context.flag('until-input-ends')) process.stdin.once('end', running.stop).resume();
    agent.log('info', `running as ${agent.settings.deviceId ?? ''} of ${agent.settings.site ?? ''}`);
    await running.ended;
    agent.close();
    context.result({ stopped: true });
  },
};
