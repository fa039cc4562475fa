import { type Item, item, sortItems } from '../collectors/collector.ts';
import { numberOf, type Row, rowsOf, textOf, textsOf, timeOf } from './report.ts';

// Updates: installed ones from Win32_QuickFixEngineering, missing and failed ones from the update agent's own cache.

const kbOf = (title: string): string | undefined => /\bKB\d{6,8}\b/i.exec(title)?.[0].toUpperCase();

const kindOf = (words: string): string =>
  /security/i.test(words)
    ? 'security'
    : /critical/i.test(words)
      ? 'critical'
      : /driver/i.test(words)
        ? 'driver'
        : /definition/i.test(words)
          ? 'definition'
          : /feature|upgrade/i.test(words)
            ? 'feature'
            : 'other';

/** The categories of Microsoft's catalogue by their ids: their names are in the language of the system. */
const categories: Readonly<Record<string, string>> = {
  '0fa1201d-4330-4fa8-8ae9-b877473b6441': 'security',
  'e6cf1350-c01b-414d-a61f-263d14d133b4': 'critical',
  'ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0': 'driver',
  'e0789628-ce08-4437-be74-2495b842f43b': 'definition',
  'b54e7d24-7add-428f-8b75-90a396fa584f': 'feature',
  '3689bdc8-b205-4af4-8d4a-a63924c5e9d5': 'feature',
};
/** The first of these that one of an update's categories is. */
const kinds = ['security', 'critical', 'driver', 'definition', 'feature'];

const kindOfCategories = (row: Row): string => {
  const known = textsOf(row, 'categoryIds', 64).map((id) => categories[id.toLowerCase()]);
  return kinds.find((kind) => known.includes(kind)) ?? kindOf(textsOf(row, 'categories').join(' '));
};

const severities = new Set(['critical', 'important', 'moderate', 'low']);

const installedItem = (row: Row): Item =>
  item({
    update: textOf(row, 'HotFixID', 128),
    title: textOf(row, 'Description', 500),
    state: 'installed',
    kind: kindOf(textOf(row, 'Description')),
    installedAt: timeOf(row['InstalledOn']),
    foundBy: 'Windows',
  });

const missingItem = (row: Row): Item => {
  const [kb] = textsOf(row, 'kb', 20);
  const severity = textOf(row, 'severity').toLowerCase();
  const restart = numberOf(row, 'restart');
  return item({
    update:
      kb === undefined ? (kbOf(textOf(row, 'title', 500)) ?? textOf(row, 'id', 128)) : `KB${kb.replace(/^KB/i, '')}`,
    title: textOf(row, 'title', 500),
    state: 'missing',
    kind: kindOfCategories(row),
    severity: severities.has(severity) ? severity : 'unknown',
    releasedAt: timeOf(row['published']),
    needsRestart: restart === undefined ? undefined : restart > 0,
    foundBy: 'Windows Update',
  });
};

/** 4 failed, 5 aborted (OperationResultCode). */
const isFailed = (row: Row): boolean => [4, 5].includes(numberOf(row, 'result') ?? 0);

const hexCode = (code: number): string => `0x${(code >>> 0).toString(16).padStart(8, '0')}`;

const failedItem = (row: Row): Item => {
  const title = textOf(row, 'title', 500);
  const code = numberOf(row, 'hresult');
  return item({
    update: kbOf(title) ?? title.slice(0, 128),
    title,
    state: 'failed',
    errorCode: code === undefined ? undefined : hexCode(code),
    foundBy: 'Windows Update',
  });
};

/**
 * One item per update. What is installed is installed, whatever failed before; a failure counts where the update is still
 * missing or nothing newer is known of it, and where its last attempt failed.
 */
export const windowsUpdates = (hotfix: Row, update: Row | undefined): Item[] => {
  const history = rowsOf(update ?? {}, 'history');
  const last = new Map<string, Row>();
  // Newest first, as QueryHistory gives them.
  for (const row of history) {
    const key = kbOf(textOf(row, 'title', 500)) ?? textOf(row, 'title', 500);
    if (!last.has(key)) last.set(key, row);
  }
  const failed = [...last.values()].filter(isFailed).map(failedItem);
  const missing = rowsOf(update ?? {}, 'missing').map(missingItem);
  const installed = rowsOf(hotfix, 'installed').map(installedItem);
  const items = new Map<string, Item>();
  for (const one of [...missing, ...failed, ...installed]) {
    const key = String(one['update'] ?? '');
    if (key !== '') items.set(key, { ...items.get(key), ...one });
  }
  return sortItems([...items.values()], 'update');
};
