import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import { type Collector, type Item, item, overlay, sortItems } from '../collectors/collector.ts';
import { rememberedItems } from '../collectors/external-device.ts';
import { backupFiles } from '../collectors/kept-files.ts';
import { keptFileItems, protectionItems, readProductReports } from '../products/reports.ts';
import { windowsHardware } from './hardware.ts';
import { windowsProtection, windowsQuarantine } from './protection.ts';
import { flagOf, numberOf, type Row, rowsOf, textOf, timeOf, type WindowsReport } from './report.ts';
import { windowsActivity, windowsIdentity, windowsPlatform } from './system.ts';
import { windowsUpdates } from './update.ts';

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
const windowsSoftware = (section: Row): Item[] => {
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

const sameName = (name: string, domain: string): string => `${domain}\\${name}`.toLowerCase();

/** Local accounts; who is an administrator says the group with the well-known SID. */
const windowsAccounts = (section: Row): Item[] => {
  const administrators = new Set(
    rowsOf(section, 'administrators').map((row) => sameName(textOf(row, 'Name'), textOf(row, 'Domain'))),
  );
  return sortItems(
    rowsOf(section, 'accounts')
      .map((row) =>
        item({
          name: textOf(row, 'Name'),
          domain: textOf(row, 'Domain'),
          fullName: textOf(row, 'FullName'),
          sid: textOf(row, 'SID', 184),
          isAdmin: administrators.has(sameName(textOf(row, 'Name'), textOf(row, 'Domain'))),
          enabled: flagOf(row, 'Disabled') !== true && flagOf(row, 'Lockout') !== true,
        }),
      )
      .filter((one) => one['name'] !== undefined),
    'name',
    'domain',
  );
};

/** Win32_LogonSession.LogonType of people; services, batches and network access have others. */
const kinds: Readonly<Record<number, string>> = {
  2: 'local',
  7: 'local',
  10: 'remote',
  11: 'local',
  12: 'remote',
  13: 'local',
};
const maxSessions = 100;

/** Sessions of people; the window manager and the font driver have accounts of their own. */
const windowsSessions = (section: Row): Item[] => {
  const users = new Map(rowsOf(section, 'users').map((row) => [textOf(row, 'LogonId'), row]));
  const items = rowsOf(section, 'sessions').flatMap((session): Item[] => {
    const kind = kinds[numberOf(session, 'LogonType') ?? -1];
    const user = users.get(textOf(session, 'LogonId'));
    if (kind === undefined || user === undefined) return [];
    if (/^(?:DWM|UMFD)-\d+$/i.test(textOf(user, 'Name')) || textOf(user, 'Name') === '') return [];
    const startedAt = timeOf(session['StartTime']);
    return [item({ account: textOf(user, 'Name'), domain: textOf(user, 'Domain'), kind, state: 'active', startedAt })];
  });
  // With user account control one log-on has two sessions, of the same second.
  const keyOf = (one: Item): string =>
    ['account', 'domain', 'kind', 'startedAt'].map((name) => String(one[name] ?? '')).join('\0');
  const unique = [...new Map(items.map((one) => [keyOf(one), one])).values()];
  return sortItems(sortItems(unique, 'startedAt').slice(-maxSessions), 'account', 'kind', 'startedAt');
};

const classes: Readonly<Record<string, string>> = {
  diskdrive: 'storage',
  usbstor: 'storage',
  wpd: 'storage',
  keyboard: 'input',
  mouse: 'input',
  hidclass: 'input',
  camera: 'video',
  image: 'camera',
  printer: 'printer',
  net: 'communication',
  modem: 'communication',
  bluetooth: 'wireless',
  smartcardreader: 'smart card',
  media: 'audio',
};

const hubs = /^(?:usbhub|usbhub3|usb3hub|usbhub30|iusb3hub)$/i;
/** CM_PROB_DISABLED: an administrator or a policy switched it off. */
const disabledCode = 22;

/** A serial number of the device has no `&`; one that Windows made up has. */
const serialOf = (instance: string): string => (instance.includes('&') ? '' : instance);

/** What is plugged in: one row per device, not per function of it. */
const windowsExternalDevices = (section: Row): Item[] => {
  const entities = rowsOf(section, 'entities');
  const disks = rowsOf(section, 'disks');
  return entities.flatMap((row): Item[] => {
    const id = textOf(row, 'PNPDeviceID', 512);
    const match = /^(USB)\\VID_([0-9A-F]{4})&PID_([0-9A-F]{4})\\(.+)$/i.exec(id);
    if (match === null || hubs.test(textOf(row, 'Service'))) return [];
    const serial = serialOf(match[4] ?? '');
    const storage =
      serial === '' ? [] : disks.filter((disk) => textOf(disk, 'PNPDeviceID', 512).includes(`\\${serial}&`));
    const kind =
      classes[textOf(row, 'Service').toLowerCase()] ?? classes[textOf(row, 'PNPClass').toLowerCase()] ?? 'other';
    const [disk] = storage;
    return [
      item({
        label: disk === undefined ? textOf(row, 'Name') || kind : textOf(disk, 'Model'),
        class: disk === undefined ? kind : 'storage',
        bus: 'usb',
        maker: /^\(.*\)$/.test(textOf(row, 'Manufacturer')) ? undefined : textOf(row, 'Manufacturer'),
        vendorId: match[2]?.toLowerCase(),
        productId: match[3]?.toLowerCase(),
        serial,
        port: serial === '' ? match[4]?.slice(0, 100) : undefined,
        capacityBytes: disk === undefined ? undefined : numberOf(disk, 'Size'),
        allowed: numberOf(row, 'ConfigManagerErrorCode') !== disabledCode,
      }),
    ];
  });
};

// BitLocker, from Win32_EncryptableVolume.

/** GetConversionStatus. */
const states = ['plain', 'encrypted', 'encrypting', 'decrypting', 'paused', 'paused'] as const;

/** GetEncryptionMethod. */
const methods = [
  undefined,
  'AES 128 with diffuser',
  'AES 256 with diffuser',
  'AES 128',
  'AES 256',
  'hardware',
  'XTS-AES 128',
  'XTS-AES 256',
] as const;

/** GetKeyProtectorType. */
const guards: Readonly<Record<number, string>> = {
  1: 'TPM',
  2: 'external key',
  3: 'recovery password',
  4: 'TPM and PIN',
  5: 'TPM and startup key',
  6: 'TPM, PIN and startup key',
  7: 'public key',
  8: 'password',
  9: 'TPM certificate',
  10: 'Active Directory account',
};

const failure = (code: number | undefined): string | undefined =>
  code === undefined || code === 0 ? undefined : `0x${(code >>> 0).toString(16).padStart(8, '0')}`;

const guardNames = (row: Row): string[] => {
  const value = row['guards'];
  const kinds = (Array.isArray(value) ? value : [value]).filter((kind) => typeof kind === 'number');
  return [...new Set(kinds.map((kind) => guards[kind] ?? `kind ${kind}`))].sort();
};

/** One item per volume. */
const windowsEncryption = (section: Row): Item[] =>
  sortItems(
    rowsOf(section, 'volumes').map((row) => {
      const isLocked = numberOf(row, 'locked') === 1;
      const protection = numberOf(row, 'protection');
      return item({
        volume: textOf(row, 'letter') || textOf(row, 'id'),
        disk: textOf(row, 'id'),
        method: methods[numberOf(row, 'method') ?? 0],
        // A locked volume does not tell its state.
        state: isLocked ? 'locked' : (states[numberOf(row, 'conversion') ?? -1] ?? 'unknown'),
        percent: isLocked ? undefined : numberOf(row, 'percent'),
        keyGuarded: protection === undefined || protection > 1 ? undefined : protection === 1,
        guards: guardNames(row),
        error: isLocked ? undefined : failure(numberOf(row, 'result')),
      });
    }),
    'volume',
  );

type ReadWindows = (sections: readonly string[]) => Promise<WindowsReport>;

const optional = (report: WindowsReport, name: string): Row | undefined => {
  try {
    return report.section(name);
  } catch {
    // Constrained language mode cannot ask the update agent; what is installed is known all the same.
    return undefined;
  }
};

/** The collectors of a Windows computer; one call of PowerShell each. */
export const windowsCollectors = (read: ReadWindows): readonly Collector[] => {
  const from =
    (sections: readonly string[], items: (...rows: Row[]) => Item[] | undefined): Collector['collect'] =>
    async ({ files }) => {
      if (!files.isMachine) return undefined;
      const report = await read(sections);
      return items(...sections.map((name) => report.section(name)));
    };
  return [
    { collection: 'identity', collect: from(['system'], (system = {}) => [windowsIdentity(system)]) },
    { collection: 'platform', collect: from(['system'], (system = {}) => [windowsPlatform(system)]) },
    {
      collection: 'software',
      every: 'hour',
      collect: from(['software'], (software = {}) => windowsSoftware(software)),
    },
    {
      collection: 'activity',
      every: 'hour',
      collect: from(['system', 'hotfix'], (system = {}, hotfix = {}) => [windowsActivity(system, hotfix)]),
    },
    { collection: 'hardware', collect: from(['hardware'], (hardware = {}) => windowsHardware(hardware)) },
    {
      collection: 'accounts',
      every: 'hour',
      collect: from(['accounts'], (accounts = {}) => windowsAccounts(accounts)),
    },
    {
      collection: 'sessions',
      every: 'hour',
      collect: from(['sessions'], (sessions = {}) => windowsSessions(sessions)),
    },
    {
      collection: 'os-update',
      collect: async ({ files }) => {
        if (!files.isMachine) return undefined;
        const report = await read(['hotfix', 'update']);
        return windowsUpdates(report.section('hotfix'), optional(report, 'update'));
      },
    },
    {
      collection: 'protection',
      every: 'hour',
      collect: async (context) => {
        if (!context.files.isMachine) return undefined;
        const own = windowsProtection((await read(['protection'])).section('protection'));
        const told = protectionItems(readProductReports(context.products));
        return sortItems(overlay([...own, ...told], 'product', 'kind'), 'product', 'kind');
      },
    },
    {
      collection: 'quarantine-file',
      every: 'hour',
      collect: async (context) => {
        if (!context.files.isMachine) return undefined;
        const own = windowsQuarantine((await read(['protection'])).section('protection'));
        const told = keptFileItems(readProductReports(context.products), 'quarantine');
        return own === undefined && told === undefined
          ? undefined
          : sortItems([...(own ?? []), ...(told ?? [])], 'product', 'number');
      },
    },
    backupFiles,
    {
      collection: 'encryption',
      every: 'hour',
      collect: from(['encryption'], (encryption = {}) => windowsEncryption(encryption)),
    },
    {
      collection: 'external-device',
      // A turn is too often for a process of its own.
      every: 'hour',
      collect: async (context) => {
        if (!context.files.isMachine) return undefined;
        const report = await read(['external-device']);
        return rememberedItems(context, windowsExternalDevices(report.section('external-device')));
      },
    },
  ];
};
