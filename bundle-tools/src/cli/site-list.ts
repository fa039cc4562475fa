import { type SiteView, viewSite } from '../host/site-view.ts';
import { listSites } from '../host/sites.ts';
import { nowMs } from '../platform/ambient.ts';
import { groupHex } from '../trust/keys.ts';
import type { Command } from './command.ts';
import { defaultOverdueDays, overdueOption } from './site-show.ts';
import { integerOption, stateOf, stateOption } from './state-option.ts';

const inState = (view: SiteView, state: string): number =>
  view.bundles.filter((bundle) => bundle.state === state).length;

export const siteList: Command = {
  usage: 'site list [--overdue-days N] --state DIR',
  example: 'site list --state /var/lib/sallyport-bundle',
  options: { state: stateOption, 'overdue-days': overdueOption },
  run: async (input) => {
    const overdueDays = integerOption(input, 'overdue-days', 0, 3650) ?? defaultOverdueDays;
    const rows = listSites(stateOf(input)).map((site) => {
      const view = viewSite(site, { nowMs: nowMs(), overdueDays });
      return {
        site: view.site,
        fingerprint: view.fingerprint,
        compared: view.compared,
        card: view.card,
        request: view.request?.number ?? null,
        requestAgeDays: view.request?.ageDays ?? null,
        receipt: view.receipts.last,
        seq: view.seq.sent,
        inForce: view.seq.inForce,
        bundle: site.record.last_bundle ?? null,
        onTheWay: inState(view, 'on-the-way'),
        overdue: inState(view, 'overdue'),
        refused: view.refused.length,
        devices: view.devices,
        warnings: view.warnings.map(({ code, detail }) => `${code}: ${detail}`),
      };
    });
    return {
      json: { sites: rows },
      text: rows.flatMap((row) => [
        `${row.site}  request ${row.request ?? 'none'}${row.requestAgeDays === null ? '' : ` (${row.requestAgeDays} days ago)`}, receipt ${row.receipt ?? 'none'}, bundles ${row.seq}, in force ${row.inForce ?? 'none'}, ${row.onTheWay} on the way, ${row.overdue} overdue`,
        `  card ${row.card}  ${groupHex(row.fingerprint)}${row.compared ? '' : '  (not compared)'}`,
        ...row.warnings.map((warning) => `  ! ${warning}`),
      ]),
    };
  },
};
