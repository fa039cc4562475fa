import { listSites } from '../host/sites.ts';
import { groupHex } from '../trust/keys.ts';
import type { Command } from './command.ts';
import { stateOf, stateOption } from './state-option.ts';

export const siteList: Command = {
  words: ['site', 'list'],
  summary: 'Lists the sites, their last request, receipt and bundle.',
  usage: 'site list --state DIR',
  example: 'site list --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  minPositionals: 0,
  maxPositionals: 0,
  run: async (input) => {
    const sites = listSites(stateOf(input)).map(({ card, record }) => ({
      site: record.site,
      fingerprint: card.digest,
      compared: record.compared,
      card: record.card.number,
      request: record.request?.number ?? null,
      receipt: record.receipt?.number ?? null,
      seq: record.seq,
      bundle: record.last_bundle ?? null,
    }));
    return {
      json: { sites },
      text: sites.flatMap((site) => [
        `${site.site}  request ${site.request ?? 'none'}, receipt ${site.receipt ?? 'none'}, bundles ${site.seq}`,
        `  card ${site.card}  ${groupHex(site.fingerprint)}${site.compared ? '' : '  (not compared)'}`,
      ]),
    };
  },
};
