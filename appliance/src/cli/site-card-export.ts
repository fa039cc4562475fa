import { replaceOption } from '@sallyport/bundle-tools/cli/option';
import { sheetHtml } from '@sallyport/bundle-tools/fingerprint/sheet';
import { fingerprintText } from '@sallyport/bundle-tools/fingerprint/shown';
import { writeNewFile } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { AppError } from '../platform/errors.ts';

import type { Command } from './command.ts';

export const command: Command = {
  summary: 'writes the site card: who this site is, for the connected host',
  options: {
    out: { value: 'FILE', path: 'output', required: true, help: 'where to write it' },
    sheet: { value: 'FILE', path: 'output', help: 'write a sheet to print: the fingerprint as hex, words and QR code' },
    replace: replaceOption,
  },
  example: 'sallyport site-card export --out /media/usb/plant-7.card --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const [sheet, replace] = [text('sheet'), flag('replace')];
    // Before a card is made, which takes a number.
    for (const path of [text('out'), sheet])
      if (path !== undefined && !replace && isThere(path))
        throw new AppError('EXISTS', `${path} is there already: --replace`);
    const { exchange } = await open();
    const path = text('out') ?? '';
    const card = exchange.siteCard(cliActor());
    writeNewFile(path, card.bytes, { replace });
    out.line(`card ${card.number}  ${path}`);
    out.line('fingerprint');
    for (const line of fingerprintText(card.fingerprint)) out.line(line);
    if (sheet !== undefined)
      writeNewFile(
        sheet,
        sheetHtml({
          title: `Site card ${card.number}`,
          purpose: 'When this card is added on the connected host, compare this paper with what that host shows.',
          fingerprint: card.fingerprint,
          facts: [['card', String(card.number)]],
        }),
        { replace },
      );
    out.note('Compare the fingerprint by voice or on paper where the card is added.');
    out.result({ path, number: card.number, fingerprint: card.fingerprint });
    return 0;
  },
};
