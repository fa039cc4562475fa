import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, start } from './demo-steps.ts';

// An appliance in ./var, made on the first start.
const data = join(root, 'var/appliance');
if (!existsSync(join(data, 'state.db'))) {
  const made = await run<{ link?: string }>('sallyport', 'init', '--data', data, '--site', 'local');
  if (made.link) process.stdout.write(`Set the first password: ${made.link}\n`);
}
const child = start('sallyport', ['serve', '--data', data], (line) => process.stdout.write(`${line}\n`));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill(signal));
child.once('exit', (code) => {
  process.exitCode = code ?? 0;
});
