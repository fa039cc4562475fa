import { type Collector, type Item, overlay, sortItems } from '../collectors/collector.ts';
import { rememberedItems } from '../collectors/external-device.ts';
import { backupFiles } from '../collectors/kept-files.ts';
import { keptFileItems, protectionItems, readProductReports } from '../products/reports.ts';
import { windowsEncryption } from './encryption.ts';
import { windowsExternalDevices } from './external-device.ts';
import { windowsHardware } from './hardware.ts';
import { windowsAccounts, windowsSessions } from './people.ts';
import { windowsProtection, windowsQuarantine } from './protection.ts';
import type { Row, WindowsReport } from './report.ts';
import { windowsSoftware } from './software.ts';
import { windowsActivity, windowsIdentity, windowsPlatform } from './system.ts';
import { windowsUpdates } from './update.ts';

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
