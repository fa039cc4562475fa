import { join, resolve } from 'node:path';
import { replaceOption } from '@sallyport/bundle-tools/cli/option';
import { ensureDir, writeNewFile } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const dayMs = 86_400_000;

const dayIn = (name: string, given: string | undefined): number => {
  const ms = /^\d{4}-\d{2}-\d{2}$/.test(given ?? '') ? Date.parse(given ?? '') : Number.NaN;
  if (Number.isNaN(ms)) throw new AppError('USAGE', `--${name} is a day: 2026-12-24`);
  return ms;
};

export const command: Command = {
  summary: 'makes the evidence of a period: a signed document, its print, and the signature over the print',
  options: {
    from: { value: 'DAY', required: true, help: 'the first day, in UTC' },
    to: { value: 'DAY', required: true, help: 'the last day, in UTC' },
    out: { value: 'DIR', path: 'output', required: true, help: 'where the three files are written' },
    lang: { value: 'LANG', help: 'language of the print: kk, ru or en (en by default)' },
    replace: replaceOption,
  },
  example: 'sallyport evidence create --from 2026-10-01 --to 2026-12-31 --out /media/usb --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const [from, to] = [dayIn('from', text('from')), dayIn('to', text('to')) + dayMs];
    const folder = resolve(text('out') ?? '');
    const { patches } = await open();
    const id = patches.evidence.ask(cliActor(), { from, to, lang: text('lang') ?? 'en' });
    const pack = await patches.evidence.make(id);
    ensureDir(folder);
    const made = (['json', 'pdf', 'signature'] as const).map((which) => patches.evidence.file(id, which));
    const files = made.map(({ name }) => join(folder, name));
    const [taken, replace] = [files.find(isThere), flag('replace')];
    if (taken !== undefined && !replace)
      throw new AppError('EXISTS', `${taken} is there already: give another folder, or --replace`);
    for (const { name, bytes } of made) {
      const path = join(folder, name);
      writeNewFile(path, bytes, { mode: 0o600, replace });
      out.line(path);
    }
    out.result({ pack: id, rows: pack.rows, sha256: pack.jsonSha256, files });
    return 0;
  },
};
