import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { canonicalJson } from '@sallyport/bundle-tools/documents/canonical-json';
import { loadAllDeclarations } from '../../src/all-declarations.ts';
import { passOn } from '../../src/engine/changes/pass-on.ts';
import type { SectionChanged } from '../../src/engine/changes/types.ts';
import { type InventoryService, inventoryService } from '../../src/engine/inventory/service.ts';
import type { SectionOutcome } from '../../src/engine/inventory/types.ts';
import { dataPaths } from '../../src/platform/config.ts';
import { createSchema, openDatabase } from '../../src/platform/database.ts';
import { initKeyring } from '../../src/platform/keyring.ts';
import { personal } from '../../src/platform/personal.ts';

/** Reports sections as an agent would. */
export const reporter =
  (inventory: InventoryService) =>
  (
    device: number,
    collection: string,
    items: readonly Record<string, unknown>[],
    at = '2026-01-02T03:04:05Z',
  ): SectionOutcome => {
    // Some collections no agent of ours fills.
    const { sources } = inventory.collection(collection);
    return inventory.putSection({
      device,
      collection,
      source: sources.includes('native') ? 'native' : (sources[0] ?? 'native'),
      hash: createHash('sha256').update(canonicalJson(items)).digest('hex'),
      collectedAt: at,
      items,
    });
  };

/** The inventory engine over a real database in a temporary data directory. */
export const openInventory = async (onSectionChanged: (changed: SectionChanged) => void = () => undefined) => {
  const dir = mkdtempSync(join(tmpdir(), 'sallyport-test-'));
  const paths = dataPaths(dir);
  for (const folder of [paths.keys, paths.advisories, paths.staging, paths.objectsTmp])
    mkdirSync(folder, { recursive: true });
  const keyring = await initKeyring(paths.keys);
  const db = openDatabase(paths.database);
  createSchema(db);
  const { collections } = await loadAllDeclarations();
  const changed = passOn(() => ({ section: [(sections) => sections.forEach(onSectionChanged)] }));
  const inventory = inventoryService({ db, personal: personal(db, keyring), collections, changed });
  return {
    paths,
    db,
    keyring,
    inventory,
    report: reporter(inventory),
    close: () => {
      db.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
};

/** A Debian package as an agent reports it. */
export const deb = (name: string, version: string, extra: Record<string, unknown> = {}): Record<string, unknown> => ({
  type: 'deb',
  name,
  version,
  arch: 'amd64',
  source: name,
  sourceVersion: version,
  purl: `pkg:deb/debian/${name}@${version}?arch=amd64`,
  ...extra,
});

/** What an agent says of itself that looks for every kind of packages beside the system's own. */
export const packageKinds = ['container', 'flatpak', 'npm', 'python', 'snap'];

export const debian13 = {
  vendor: 'debian',
  release: '13',
  codename: 'trixie',
  arch: 'amd64',
  suites: ['trixie', 'trixie-security'],
};
