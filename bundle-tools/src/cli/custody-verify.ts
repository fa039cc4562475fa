import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyCustody } from '../host/custody.ts';
import { verifyReceipts } from '../host/receipts.ts';
import { fulfilOf } from '../host/role-keys.ts';
import { getSite } from '../host/sites.ts';
import type { HostState } from '../host/state.ts';
import { findPublished } from '../host/trust-files.ts';
import type { Command } from './command.ts';
import { argument, stateOf, stateOption } from './state-option.ts';

/** Every key that was ever allowed to fulfil: lines may be older than the present one. */
const fulfilKeys = (state: HostState): Uint8Array[] =>
  readdirSync(state.trust).flatMap((name) => {
    const version = /^([1-9][0-9]*)\.targets\.json$/.exec(name)?.[1];
    const targets = version === undefined ? undefined : findPublished(state, 'targets', Number(version));
    return targets === undefined ? [] : [...fulfilOf(targets.described.signed).keys];
  });

export const custodyVerify: Command = {
  words: ['custody', 'verify'],
  summary: "Checks a site's chains: who had each medium, and the site's receipts.",
  usage: 'custody verify SITE --state DIR',
  example: 'custody verify plant-1 --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  minPositionals: 1,
  maxPositionals: 1,
  run: async (input) => {
    const state = stateOf(input);
    const site = getSite(state, argument(input, 0));
    const { lines, head } = verifyCustody(join(site.folder, 'custody'), fulfilKeys(state));
    const receipts = verifyReceipts(site);
    return {
      json: { site: site.record.site, lines, head: head ?? null, receipts },
      text: [
        ...lines.map((line) => `${line.at}  ${line.step}  person ${line.person}  ${line.medium}  ${line.sha256}`),
        `${lines.length} custody lines and ${receipts.count} receipts, unbroken`,
      ],
    };
  },
};
