import { resolve } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { IMPORT_FORMS, type RefusalCode } from '../features/controller-imports/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

/** Places that are only told: no controller in the file is left out for them. */
const told: ReadonlySet<RefusalCode> = new Set(['encoded', 'stream-gap']);

export const command: Command = {
  summary: 'takes controllers from a file: table, CAx export, L5X, nameplate or capture; told by its content',
  positionals: 'FILE',
  paths: ['input'],
  options: {
    as: { value: 'FORM', help: `refuse any other form: ${IMPORT_FORMS.join(', ')}` },
    mapping: { value: 'NAME', help: 'how the columns of a table are read; else its headings are guessed' },
    'dry-run': { help: 'say what would change; nothing is kept' },
  },
  example: 'sallyport controller import plant.aml --dry-run --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, flag, cliActor }) => {
    const [file, ...more] = positionals;
    if (file === undefined || more.length > 0) throw new AppError('USAGE', 'give one file');
    const form = text('as');
    const as = IMPORT_FORMS.find((one) => one === form);
    if (form !== undefined && as === undefined)
      throw new AppError('USAGE', `--as is one of ${IMPORT_FORMS.join(', ')}`);
    if (!isThere(file)) throw new AppError('NOT_FOUND', `there is no file ${file}`);
    const { controllerImports } = await open();
    const mapping = text('mapping');
    const found = await controllerImports.importFile(cliActor(), resolve(file), {
      dryRun: flag('dry-run'),
      ...(as === undefined ? {} : { as }),
      ...(mapping === undefined ? {} : { mapping }),
    });
    const { summary } = found;
    out.line(`form        ${found.form}, ${found.looked} looked at, ${found.unread} without a controller`);
    out.line(
      `controllers ${summary.readings}: ${summary.created} new, ${summary.changed} changed, ${summary.unchanged} unchanged`,
    );
    out.line(`            ${summary.replaced} replaced, ${summary.conflicts} in conflict, ${summary.refused} refused`);
    if (found.origin !== null) out.line(`import      ${found.origin}`);
    for (const one of found.control) {
      const what = one.detail === '' ? one.what : `${one.what} (${one.detail})`;
      const first = `first in packet ${one.packet} at ${toTime(Math.trunc(one.firstMs))}`;
      out.line(`control     ${what} ${one.from} -> ${one.to}, ${one.count} times, ${first}`);
    }
    out.table(
      ['CONTROLLER', 'OUTCOME', 'CHANGES'],
      found.outcomes
        .filter(({ outcome }) => outcome !== 'unchanged')
        .map(({ label, outcome, changes, code }) => [label, code ?? outcome, changes.length]),
    );
    for (const { where, code, detail } of found.refused)
      out.note(`${where}: ${code}${detail === '' ? '' : ` (${detail})`}`);
    if (found.refusedCount > found.refused.length) out.note(`${found.refusedCount - found.refused.length} more`);
    if (found.leftOut.length > 0) out.note(`columns that were not read: ${found.leftOut.join(', ')}`);
    out.result(found);
    const isIncomplete = summary.refused > 0 || found.refused.some(({ code }) => !told.has(code));
    return isIncomplete ? 1 : 0;
  },
};
