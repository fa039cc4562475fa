import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { groupHex } from '@sallyport/bundle-tools/trust/keys';
import { cliActor } from './actor.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'writes the site card: who this site is, for the connected host',
  options: { out: { type: 'string', value: 'FILE', required: true, help: 'where to write it' } },
  example: 'sallyport site-card export --out /media/usb/plant-7.card --data /var/lib/sallyport',
  run: async ({ open, out, text }) => {
    const { exchange } = await open();
    const path = text('out') ?? '';
    const card = exchange.siteCard(cliActor());
    writeFileDurable(path, card.bytes);
    out.line(`card ${card.number}  ${path}`);
    out.line(`fingerprint  ${groupHex(card.fingerprint)}`);
    out.note('Compare the fingerprint by voice or on paper where the card is added.');
    out.result({ path, number: card.number, fingerprint: card.fingerprint });
    return 0;
  },
};
