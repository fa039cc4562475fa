import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseOsRelease } from '@sallyport/agent/collectors/os-release';
import { aptSuites } from '@sallyport/agent/collectors/platform';
import { parseUtmp, sessionsOf } from '@sallyport/agent/collectors/utmp';
import { debPurl, parseDpkgStatus } from '@sallyport/agent/dpkg/status';
import { rootFiles } from '@sallyport/agent/platform/root-files';
import { scratchFolder } from '../scratch.ts';
import { demand, type FuzzTarget } from '../target.ts';

const root = scratchFolder();
mkdirSync(join(root, 'etc/apt/sources.list.d'), { recursive: true });

// Files of a device, which whoever rules the device may write: os-release, dpkg status, utmp, apt sources.
export const target: FuzzTarget = {
  name: 'agent-files',
  maxBytes: 8_192,
  run: (data) => {
    const text = data.toString('utf8');
    parseOsRelease(text);
    for (const found of parseDpkgStatus(text)) debPurl('debian', found);
    const records = parseUtmp(data);
    demand(sessionsOf(records).length <= records.length, 'a record is at most one session');
    writeFileSync(join(root, 'etc/apt/sources.list'), data);
    writeFileSync(join(root, 'etc/apt/sources.list.d/a.sources'), data);
    demand(aptSuites(rootFiles(root)).length <= 100, 'suites are bounded');
  },
  seeds: () => {
    const record = Buffer.alloc(384);
    record.writeInt16LE(7, 0);
    record.write('pts/0', 8);
    record.write('root', 44);
    return [
      'PRETTY_NAME="Debian GNU/Linux 13"\nID=debian\nVERSION_ID="13"\n',
      'Package: a\nStatus: install ok installed\nVersion: 1\nArchitecture: all\nSource: b (2)\nMaintainer: M <m@x>\nInstalled-Size: 3\n\n',
      Buffer.concat([record, record]),
      'deb [a=b] http://h/ trixie main\n',
      'Types: deb\nSuites: trixie\n',
    ];
  },
  words: ['Status: install ok installed', 'Package:', 'Version:', 'Types: deb', 'Suites:', 'ID=', '\\"'],
};
