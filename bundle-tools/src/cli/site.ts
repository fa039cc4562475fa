import { limits } from '../documents/limits.ts';
import { fingerprintText } from '../fingerprint/shown.ts';
import { readBounded } from '../host/read-bounded.ts';
import { type SiteView, viewSite } from '../host/site-view.ts';
import { addSiteCard, getSite, listSites } from '../host/sites.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { groupHex } from '../trust/keys.ts';
import { type Command, type CommandInput, textOption } from './command.ts';
import { argument, integerOption, onState, stateOf, stateOption } from './state-option.ts';

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
  paths: ['input'],
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

const shownBundles = 20;
const shownUpdates = 20;

/** After so many days without a receipt or a request the site is to be asked. */
const overdueOption = {
  value: 'DAYS',
  help: 'a bundle without receipt, or no request, counts as overdue after so long (30)',
} as const;
const defaultOverdueDays = 30;

const bundleLine = ({ seq, bundle, issuedAt, bytes, state, receipt, code }: SiteView['bundles'][number]): string =>
  `  ${String(seq).padStart(4)}  ${bundle.slice(0, 8)}  ${issuedAt}  ${bytes} bytes  ${state}${receipt === undefined ? '' : `, receipt ${receipt}${code === 'OK' || code === '' ? '' : ` ${code}`}`}`;

const headLine = (what: string, head: SiteView['journal']['request']): string[] =>
  head === null ? [] : [`journal with ${what} ${head.number}: entry ${head.entries}, head ${head.head.slice(0, 16)}`];

const text = (view: SiteView): string[] => {
  const { request, receipts, seq, devices } = view;
  const more = (shown: number, all: number, what: string): string[] =>
    all > shown ? [`  and ${all - shown} ${what} more`] : [];
  return [
    `site ${view.site}  ${view.name}`,
    `card ${view.card}  ${groupHex(view.fingerprint)}${view.compared ? '' : '  (not compared)'}`,
    request === null
      ? 'no request yet'
      : `request ${request.number}, seen ${request.seenAt}, ${request.ageDays} days ago`,
    receipts.last === null
      ? 'no receipt yet'
      : `receipts ${receipts.count}, the last ${receipts.last} of ${receipts.at ?? ''}`,
    ...headLine('request', view.journal.request),
    ...headLine('receipt', view.journal.receipt),
    ...(view.journal.state === 'went-back' ? ['! the site went back to an older state'] : []),
    `bundles sent up to ${seq.sent}, in force at the site ${seq.inForce ?? 'none'}`,
    ...view.bundles.slice(0, shownBundles).map(bundleLine),
    ...more(shownBundles, view.bundles.length, 'bundles'),
    ...view.refused.map(
      ({ receipt, at, code, bundle }) =>
        `refused by the site: ${code}, receipt ${receipt}, ${at}${bundle === null ? '' : `, bundle ${bundle.slice(0, 8)}`}`,
    ),
    ...view.notTaken.map(({ at, code, detail }) => `not taken from the site: ${code}, ${at}: ${detail}`),
    ...view.reverted.map(
      ({ at, from, to, request: number }) => `went back: ${at}, from bundle ${from} to ${to}, with request ${number}`,
    ),
    ...Object.entries(view.daysLeft).map(([role, days]) => `days left  ${role} ${days}`),
    ...(devices === null
      ? []
      : [`devices  ${devices.ok} ok, ${devices.warning} warning, ${devices.critical} critical`]),
    ...view.applied
      .slice(0, shownUpdates)
      .map(
        ({ update, done, failed, waiting }) => `applied  ${update}: ${done} done, ${failed} failed, ${waiting} waiting`,
      ),
    ...more(shownUpdates, view.applied.length, 'updates'),
    ...view.overrides.map(
      ({ receipt, code, reason, operator }) =>
        `${code === 'CLOCK_BACK' ? 'time went back' : `override  ${code}`} by ${operator}, receipt ${receipt}: ${reason}`,
    ),
    ...view.warnings.flatMap(({ code, detail, next }) => [`! ${code}: ${detail}`, `  next: ${next}`]),
  ];
};

export const siteShow: Command = {
  usage: 'site show SITE [--overdue-days N] --state DIR',
  example: 'site show plant-1 --state /var/lib/sallyport-bundle',
  options: { state: stateOption, 'overdue-days': overdueOption },
  positionals: [1, 1],
  run: async (input) => {
    const overdueDays = integerOption(input, 'overdue-days', 0, 3650) ?? defaultOverdueDays;
    const view = viewSite(getSite(stateOf(input), argument(input, 0)), { nowMs: nowMs(), overdueDays });
    return { json: view, text: text(view) };
  },
};

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
