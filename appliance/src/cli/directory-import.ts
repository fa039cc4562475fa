import { createReadStream } from '@sallyport/bundle-tools/person/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { directoryLines, directoryOf } from '../features/discovery/operations.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const chunkBytes = 1 << 16;

export const command: Command = {
  summary: 'takes users, groups, units and computers from an LDIF file, as a poll of that directory would',
  positionals: 'FILE',
  paths: ['input'],
  options: { source: { value: 'NAME', help: 'the directory that the file comes from', required: true } },
  example: 'sallyport directory import tree.ldif --source Plant --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new AppError('USAGE', 'give one LDIF file');
    if (!isThere(file)) throw new AppError('NOT_FOUND', `there is no file ${file}`);
    const { objects, discovery } = await open();
    const id = directoryOf({ objects }, text('source') ?? '');
    const stream = createReadStream(file, { highWaterMark: chunkBytes });
    const summary = await discovery.importLdif(cliActor(), id, stream);
    for (const line of directoryLines(summary)) out.line(line);
    out.result(summary);
    return 0;
  },
};
