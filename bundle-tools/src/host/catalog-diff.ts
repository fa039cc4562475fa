import { type Announcement, announcementPath } from '../documents/announcement.ts';
import type { InventoryLine } from '../documents/inventory.ts';
import type { Update } from '../updates/update.ts';
import { catalogParts } from './part-chain.ts';
import { failureText, type SourceFailure } from './source-failure.ts';

/** What a catalog changes beside the one before; what a curator reads before signing. */
export type CatalogDiff = {
  readonly added: ReadonlyArray<InventoryLine>;
  readonly changed: ReadonlyArray<InventoryLine>;
  readonly removed: ReadonlyArray<InventoryLine>;
  readonly addedUpdates: ReadonlyArray<Update>;
  readonly removedUpdates: ReadonlyArray<Update>;
  /** How many updates each vendor signature was checked for. */
  readonly signers: Readonly<Record<string, number>>;
  readonly totals: {
    readonly lines: number;
    readonly bytes: number;
    readonly newBytes: number;
    readonly updates: number;
  };
};

type Content = { readonly lines: ReadonlyArray<InventoryLine>; readonly updates: ReadonlyArray<Update> };

const sumBytes = (lines: ReadonlyArray<InventoryLine>): number => lines.reduce((sum, line) => sum + line.size, 0);

/** Compares two catalogs. */
export const diffCatalogs = (before: Content, after: Content): CatalogDiff => {
  const old = new Map(before.lines.map((line) => [line.path, line.sha256]));
  const now = new Set(after.lines.map((line) => line.path));
  const oldUpdates = new Set(before.updates.map((update) => update.id));
  const nowUpdates = new Set(after.updates.map((update) => update.id));
  const added = after.lines.filter((line) => !old.has(line.path));
  const changed = after.lines.filter((line) => old.has(line.path) && old.get(line.path) !== line.sha256);
  const signers: Record<string, number> = {};
  for (const update of after.updates) signers[update.signer] = (signers[update.signer] ?? 0) + 1;
  return {
    added,
    changed,
    removed: before.lines.filter((line) => !now.has(line.path)),
    addedUpdates: after.updates.filter((update) => !oldUpdates.has(update.id)),
    removedUpdates: before.updates.filter((update) => !nowUpdates.has(update.id)),
    signers,
    totals: {
      lines: after.lines.length,
      bytes: sumBytes(after.lines),
      newBytes: sumBytes(added) + sumBytes(changed),
      updates: after.updates.length,
    },
  };
};

const updateLine = (sign: string, update: Update): string =>
  `${sign} ${update.name} ${update.version} ${update.arch}${update.security ? ' security' : ''}  (${update.ecosystem}, ${update.suites.join(' ') || 'vendor file'}; ${update.signer})`;

const byName = (a: Update, b: Update): number =>
  `${a.name} ${a.arch} ${a.version}` < `${b.name} ${b.arch} ${b.version}` ? -1 : 1;

const announcementText = (one: Announcement): string[] => [
  `Announcement ${one.id}: ${one.severity}, until ${one.ends_at}${
    one.concerns === undefined
      ? ''
      : `, about ${[one.concerns.product, one.concerns.versions].filter(Boolean).join(' ')}`
  }`,
  ...one.texts.flatMap(({ language, title, body }) => [
    `  ${language}  ${title}`,
    ...body.split('\n').map((line) => `      ${line}`),
  ]),
  '',
];

/** A line that a person may read: no control character of a vendor's text reaches a terminal. */
const readable = (line: string): string => line.replace(/[\p{Cc}\p{Cf}]/gu, '?');

/** The text of diff.txt. */
export const diffText = (
  number: number,
  beforeNumber: number,
  diff: CatalogDiff,
  after: Content,
  further: {
    /** Sources of which nothing, or not all, could be taken. */
    readonly unread?: ReadonlyArray<SourceFailure>;
    readonly refused?: ReadonlyArray<{ readonly name: string; readonly sha256: string; readonly reason: string }>;
    /** Of which those that are new stand in full: a curator signs what people of sites will read. */
    readonly announcements?: ReadonlyArray<Announcement>;
  } = {},
): string => {
  const { refused = [], announcements = [], unread = [] } = further;
  const added = new Set([...diff.added, ...diff.changed].map(({ path }) => path));
  const feeds = new Map<string, string[]>();
  for (const part of catalogParts(after.lines))
    feeds.set(part.feed, [
      ...(feeds.get(part.feed) ?? []),
      `${part.from === '' ? 'full' : `delta from ${part.from}`} ${part.sizeBytes} bytes`,
    ]);
  const others = (lines: ReadonlyArray<InventoryLine>) =>
    lines.filter((line) => line.kind !== 'update').map((line) => `${line.path}  ${line.size} bytes`);
  return [
    `Catalog ${number}, compared with catalog ${beforeNumber}`,
    '',
    `objects   ${diff.totals.lines} in all, ${diff.added.length} new, ${diff.changed.length} changed, ${diff.removed.length} removed`,
    `bytes     ${diff.totals.bytes} in all, ${diff.totals.newBytes} new`,
    `updates   ${diff.totals.updates} in all, ${diff.addedUpdates.length} new, ${diff.removedUpdates.length} removed`,
    '',
    ...(unread.length === 0
      ? []
      : [
          'Sources that were not read:',
          ...unread.map((failure) => `  ${failure.source}: ${failureText(failure)}`),
          'What they brought before stays: feeds as they were, updates that a site holds.',
          '',
        ]),
    'Vendor signatures that were checked:',
    ...Object.entries(diff.signers)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([signer, count]) => `  ${signer}: ${count} updates`),
    '',
    ...(refused.length === 0
      ? []
      : ['Left out:', ...refused.map(({ name, sha256, reason }) => `  ${name}  ${sha256}  ${reason}`), '']),
    'Advisory feeds:',
    ...[...feeds].map(([feed, parts]) => `  ${feed}: ${parts.join(', ')}`),
    '',
    'Updates:',
    ...[...diff.addedUpdates].sort(byName).map((update) => updateLine('+', update)),
    ...[...diff.removedUpdates].sort(byName).map((update) => updateLine('-', update)),
    '',
    ...announcements.filter((one) => added.has(announcementPath(one))).flatMap(announcementText),
    'Other objects:',
    ...others(diff.added).map((line) => `+ ${line}`),
    ...others(diff.changed).map((line) => `~ ${line}`),
    ...others(diff.removed).map((line) => `- ${line}`),
    '',
  ]
    .map(readable)
    .join('\n');
};
