import { limits } from '../documents/limits.ts';
import { fingerprintText } from '../fingerprint/shown.ts';
import { readBounded } from '../host/read-bounded.ts';
import { addSiteCard } from '../host/sites.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { type Command, type CommandInput, textOption } from './command.ts';
import { argument, onState, stateOption } from './state-option.ts';

const words = { added: 'added', replaced: 'took the next card of', known: 'already knew' } as const;

const cardOf = (input: CommandInput) => readBounded(argument(input, 0), limits.siteCardBytes);

export const siteAdd: Command = {
  usage: 'site add CARD [--fingerprint TEXT] --state DIR',
  example: 'site add /media/usb/site-card.json --fingerprint "1f0c 77aa ..." --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    fingerprint: { value: 'TEXT', help: 'what the site read out, in hex or in words; the card must have it' },
  },
  positionals: [1, 1],
  run: onState(async (state, input, bytes) => {
    const fingerprint = textOption(input, 'fingerprint');
    const { site, change } = addSiteCard(state, bytes, { ...defined({ fingerprint }), now: toTime(nowMs()) });
    const { card, digest } = site.card;
    if (!site.record.compared)
      input.io.note(
        'This fingerprint was not compared. Ask the site to read out its own, then run site add again with --fingerprint.',
      );
    return {
      json: {
        site: card.site,
        name: card.name,
        number: card.number,
        fingerprint: digest,
        compared: site.record.compared,
        change,
      },
      text: [`${words[change]} site ${card.site}, card ${card.number}`, 'fingerprint', ...fingerprintText(digest)],
    };
  }, cardOf),
};
