import { openSealed } from '../features/backups/container.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';
import { readRecoveryKey } from './recovery-key.ts';

export const command: Command = {
  summary: 'prints sealed diagnostics',
  positionals: 'FILE',
  paths: ['input'],
  options: {
    'key-file': { value: 'FILE', path: 'input', required: true, help: 'the recovery key; - for standard input' },
  },
  example: 'sallyport diagnostics open sallyport-diagnostics-20261129T233000Z.sealed --key-file recovery.txt',
  run: async ({ positionals, text, out }) => {
    const [path] = positionals;
    if (path === undefined) throw new AppError('USAGE', 'which file?');
    const bytes = Buffer.concat([...openSealed(path, await readRecoveryKey(text('key-file')))]).toString();
    out.line(bytes.trimEnd());
    out.result(JSON.parse(bytes));
    return 0;
  },
};
