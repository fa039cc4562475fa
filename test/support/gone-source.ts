import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../../appliance/src/compose.ts';
import type { InventorySource, Item } from '../../appliance/src/engine/inventory/types.ts';

const goneDays = 40;

/** Lets a source report packages of a device. */
export function reportPackages(
  { inventory }: Pick<Appliance, 'inventory'>,
  device: number,
  source: InventorySource,
  items: readonly Item[],
): void {
  const collectedAt = toTime(nowMs());
  inventory.putReport(
    device,
    source,
    {
      sections: [
        { collection: 'platform', collectedAt, items: [{ vendor: 'debian', release: '13' }] },
        { collection: 'software', collectedAt, items: [...items] },
      ],
      full: false,
      dropped: {},
    },
    nowMs(),
  );
}

/** What a source told of a device was told long ago. */
export function silence({ db }: Pick<Appliance, 'db'>, device: number, source: InventorySource): void {
  const away = nowMs() - goneDays * 86_400_000;
  db.prepare('update section set received_at = ? where device = ? and source = ?').run(away, device, source);
}

/** A device of which our agent reads what a source that is gone read, too, but for a package of Python. */
export function goneSource(
  appliance: Pick<Appliance, 'inventory' | 'db'>,
  device: number,
  source: InventorySource,
): void {
  const bash = { type: 'deb', name: 'bash', version: '5.2.37-2', arch: 'amd64', source: 'bash' };
  const flask = { type: 'python', name: 'flask', version: '2.0', purl: 'pkg:pypi/flask@2.0' };
  reportPackages(appliance, device, source, [bash, flask]);
  reportPackages(appliance, device, 'native', [bash]);
  silence(appliance, device, source);
}
