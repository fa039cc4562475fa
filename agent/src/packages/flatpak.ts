import { clean, type Item, item, type Look } from '../collectors/collector.ts';
import type { Bounded } from './bounded.ts';

// Flatpaks of the whole system: `app` and `runtime`, then name, architecture and branch; `active` links to what is deployed. Those
// that users installed lie in their home folders and are not read.

const folder = 'var/lib/flatpak';
const maxMetainfoBytes = 1024 * 1024;

/** The newest release that the application's own description names. */
const versionIn = (metainfo: string | undefined): string | undefined =>
  /<release\b[^<>]{0,400}?\bversion\s{0,8}=\s{0,8}["']([^"'<>]{1,200})["']/.exec(metainfo ?? '')?.[1];

const versionOf = (read: Bounded, name: string, deployed: string): string | undefined => {
  for (const place of [
    `metainfo/${name}.metainfo.xml`,
    `metainfo/${name}.appdata.xml`,
    `appdata/${name}.appdata.xml`,
  ]) {
    const version = versionIn(read.text(`${deployed}/files/share/${place}`, maxMetainfoBytes));
    if (version !== undefined) return version;
  }
  return undefined;
};

/** Applications and runtimes that are deployed. */
export const flatpakLook = async (read: Bounded): Promise<Look> => {
  const items: Item[] = [];
  for (const type of ['app', 'runtime'])
    for (const name of read.names(`${folder}/${type}`))
      for (const arch of read.names(`${folder}/${type}/${name}`)) {
        // `current` links to one of the branches.
        if (read.isLink(`${folder}/${type}/${name}/${arch}`)) continue;
        for (const branch of read.names(`${folder}/${type}/${name}/${arch}`)) {
          const deployed = `${folder}/${type}/${name}/${arch}/${branch}/active`;
          if (!read.isLink(deployed)) continue;
          const version = versionOf(read, name, deployed) ?? branch;
          items.push(item({ type: 'flatpak', name: clean(name), version: clean(version), arch: clean(arch, 50) }));
        }
      }
  return { items, isWhole: true };
};
