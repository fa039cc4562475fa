import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import { type Item, item, sortItems } from '../collectors/collector.ts';
import { flagOf, numberOf, type Row, rowsOf, textOf, timeOf } from './report.ts';

// Programs from the keys Uninstall of the machine (64 and 32 bit) and of the users, and packages of the store.

const updateName = /\bKB\d{6,8}\b/;

/** Updates have a list of their own; system components are parts of another program. */
const isProgram = (row: Row): boolean =>
  numberOf(row, 'SystemComponent') !== 1 &&
  textOf(row, 'ParentKeyName') === '' &&
  !/^(?:Security )?Update|Hotfix|Service Pack/i.test(textOf(row, 'ReleaseType')) &&
  !updateName.test(textOf(row, 'DisplayName'));

const programItem = (row: Row): Item =>
  item({
    type: 'windows',
    name: textOf(row, 'DisplayName'),
    version: textOf(row, 'DisplayVersion'),
    arch: { machine: 'amd64', machine32: 'i386' }[textOf(row, 'Scope')],
    publisher: textOf(row, 'Publisher'),
    installedAt: timeOf(row['InstallDate']),
    uninstallCommand: withoutHome(textOf(row, 'UninstallString', 1024)),
    sizeKb: numberOf(row, 'EstimatedSize'),
  });

const appxArch: Readonly<Record<string, string>> = { x64: 'amd64', x86: 'i386', arm64: 'arm64' };

const appxItem = (row: Row): Item =>
  item({
    type: 'appx',
    name: textOf(row, 'Name'),
    version: textOf(row, 'Version'),
    arch: appxArch[textOf(row, 'Architecture').toLowerCase()],
    // A distinguished name: CN=Microsoft Corporation, O=…
    publisher: /(?:^|,\s*)O=(?:"([^"]+)"|([^,]+))/.exec(textOf(row, 'Publisher'))?.slice(1).find(Boolean),
  });

/** Each program once: two users may have the same one. */
export const windowsSoftware = (section: Row): Item[] => {
  const items = [
    ...rowsOf(section, 'installed').filter(isProgram).map(programItem),
    ...rowsOf(section, 'appx')
      .filter((row) => flagOf(row, 'IsFramework') !== true)
      .map(appxItem),
  ].filter((one) => one['name'] !== undefined);
  const keyOf = (one: Item): string =>
    ['type', 'name', 'arch', 'version'].map((name) => String(one[name] ?? '')).join('\0');
  return sortItems([...new Map(items.map((one) => [keyOf(one), one])).values()], 'name', 'arch', 'version', 'type');
};
