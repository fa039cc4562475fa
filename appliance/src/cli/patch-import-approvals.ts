import { basename } from 'node:path';
import { readFileSync, statSync } from '@sallyport/bundle-tools/person/files';
import { APPROVAL_PRESETS, maxListBytes } from '../features/patches/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const bytesOf = (path: string): Buffer => {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined || !found.isFile()) throw new AppError('NOT_FOUND', `${path} is not there`);
  if (found.size > maxListBytes) throw new AppError('TOO_LARGE', `a list has at most ${maxListBytes} bytes`);
  return readFileSync(path);
};

export const command: Command = {
  summary: "takes a vendor's list of patches, as CSV or JSON",
  positionals: 'FILE',
  paths: ['input'],
  options: {
    preset: {
      value: 'WORDS',
      help: 'whose words it has: neutral, rockwell, siemens, emerson (these are not verified)',
    },
    'dry-run': { help: 'only say what it would do' },
  },
  example: 'sallyport patch import-approvals list.csv --preset rockwell --dry-run --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, flag, cliActor }) => {
    const [path] = positionals;
    if (path === undefined || positionals.length !== 1) throw new AppError('USAGE', 'give one file');
    const preset = APPROVAL_PRESETS.find((one) => one === (text('preset') ?? 'neutral'));
    if (preset === undefined) throw new AppError('USAGE', `--preset is one of ${APPROVAL_PRESETS.join(', ')}`);
    const { patches } = await open();
    const result = patches.approvals.importList(cliActor(), bytesOf(path), {
      name: basename(path),
      preset,
      dryRun: flag('dry-run'),
    });
    out.table(
      ['LINE', 'PATCH', 'PRODUCT', 'EFFECT', 'BEFORE', 'AFTER'],
      result.rows.map((row) => [row.line, row.patchId, row.product, row.outcome, row.before, row.after]),
    );
    for (const { line, field, code } of result.faults) out.note(`line ${line}: ${field}: ${code}`);
    if (result.proposed > 0) out.note(`${result.proposed} lines wait for the OT owner and for security`);
    out.result({ ...result, dryRun: flag('dry-run') });
    return result.faults.length === 0 ? 0 : 1;
  },
};
