import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes one advisory about the demo's own package, in the OSV form, and returns the folder. */
export const demoAdvisories = (folder: string, ecosystem: string, packageName: string, fixed: string): string => {
  // As fresh as the demonstration itself, so that its age is no finding.
  const modified = `${new Date(Date.now() - 3_600_000).toISOString().slice(0, 19)}Z`;
  mkdirSync(folder, { recursive: true });
  const record = {
    schema_version: '1.7.0',
    id: 'DEMO-2026-0001',
    modified,
    published: modified,
    summary: 'A pressure limit in limits.conf is read with the wrong unit',
    severity: [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:L/AC:L/PR:L/UI:N/S:U/C:N/I:H/A:H' }],
    affected: [
      {
        package: { ecosystem, name: packageName },
        ranges: [{ type: 'ECOSYSTEM', events: [{ introduced: '0' }, { fixed }] }],
      },
    ],
  };
  writeFileSync(join(folder, `${record.id}.json`), JSON.stringify(record));
  return folder;
};
