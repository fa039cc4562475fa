import type { Affected } from '@sallyport/bundle-tools/advisories/advisory';
import type { Database } from '../../platform/database.ts';
import { idBytes, idsOf, sortedIds } from '../../platform/id-array.ts';
import { statements } from '../../platform/statements.ts';
import { changeRecords } from './package-records.ts';
import { recordWriter } from './record-writer.ts';

/** How many packages are known by name at most; then they are looked up anew. */
const mostKnown = 1_000_000;

type Added = { readonly advs: number[]; readonly starts: number[]; readonly ends: number[] };

/**
 * Writes what advisories say about packages into a snapshot that is being built. It waits in memory, so that each package is
 * written once; `flush` writes what waits.
 */
export const packageWriter = (db: Database) => {
  const sql = statements(db);
  // Number 0 is "no qualifier"; most ranges have none.
  db.prepare("INSERT OR IGNORE INTO qual (id, arch, module, channel) VALUES (0, '', '', '')").run();
  const findEco = sql.value<[string], number>('SELECT id FROM eco WHERE name = ?');
  const addEco = sql.insert('INSERT INTO eco (name) VALUES (?)');
  const findPackage = sql.value<[number, string], number>('SELECT id FROM pkg WHERE eco = ? AND name = ?');
  const lastPackage = sql.count<[]>('SELECT ifnull(max(id), 0) FROM pkg');
  const addPackage = sql.run('INSERT INTO pkg (id, eco, name, records) VALUES (?, ?, ?, ?)');
  const recordsOf = sql.value<[number], Buffer>('SELECT records FROM pkg WHERE id = ?');
  const putRecords = sql.run('UPDATE pkg SET records = ? WHERE id = ?');
  const findQualifier = sql.value<[string, string, string], number>(
    'SELECT id FROM qual WHERE arch = ? AND module = ? AND channel = ?',
  );
  const addQualifier = sql.insert('INSERT INTO qual (arch, module, channel) VALUES (?, ?, ?)');
  const markChanged = sql.run('INSERT OR IGNORE INTO change_pkg (pkg) VALUES (?)');
  const putCovers = sql.run('INSERT OR IGNORE INTO covers (eco, source) VALUES (?, ?)');
  const dropCovers = sql.run('DELETE FROM covers');
  const everyPackages = db.prepare<[], [number, Buffer]>('SELECT source, pkgs FROM adv').raw();
  const everyRecord = db
    .prepare<[], [number, string, Buffer]>("SELECT source, modified, pkgs FROM adv WHERE pkgs <> x''")
    .raw();
  const everyEco = db.prepare<[], [number, number]>('SELECT id, eco FROM pkg').raw();
  const dropKnown = sql.run('DELETE FROM known');
  const putKnown = sql.run('INSERT INTO known (eco, source, records, newest) VALUES (?, ?, ?, ?)');
  const ecoOfPackage = sql.count<[number]>('SELECT eco FROM pkg WHERE id = ?');

  const records = recordWriter();
  const ecos = new Map<
    string,
    { readonly id: number; readonly packages: Map<string, number>; readonly sources: Set<number> }
  >();
  let known = 0;
  let last = lastPackage();
  /** Every package is one that this writer brought, and known by name. */
  let isEmpty = last === 0;
  /** Packages that are not written yet; their numbers are given. */
  let fresh: { id: number; eco: number; name: string }[] = [];
  const added = new Map<number, Added>();
  const dropped = new Map<number, Set<number>>();

  const ecoOf = (name: string) => {
    let held = ecos.get(name);
    if (held === undefined) {
      held = {
        id: findEco(name) ?? addEco(name),
        packages: new Map(),
        sources: new Set(),
      };
      ecos.set(name, held);
    }
    return held;
  };
  const packageId = (source: number, ecosystem: string, name: string): number => {
    const { id: eco, packages, sources } = ecoOf(ecosystem);
    if (!sources.has(source)) {
      sources.add(source);
      putCovers(eco, source);
    }
    let id = packages.get(name);
    if (id !== undefined) return id;
    id = isEmpty ? undefined : findPackage(eco, name);
    if (id === undefined) {
      last += 1;
      id = last;
      fresh.push({ id, eco, name });
    }
    packages.set(name, id);
    known += 1;
    return id;
  };
  const qualifierId = (qualifiers: Affected['qualifiers']): number => {
    if (qualifiers === undefined) return 0;
    const { arch = '', module = '', channel = '' } = qualifiers;
    return findQualifier(arch, module, channel) ?? addQualifier(arch, module, channel);
  };

  const flush = (): void => {
    const all = (pkg: number) => {
      const { advs, starts, ends } = added.get(pkg) ?? { advs: [], starts: [], ends: [] };
      return advs.map((adv, n) => ({ adv, bytes: records.bytes(starts[n] as number, ends[n] as number) }));
    };
    for (const { id, eco, name } of fresh) {
      addPackage(id, eco, name, changeRecords(undefined, undefined, all(id)));
      added.delete(id);
    }
    for (const id of new Set([...added.keys(), ...dropped.keys()]))
      putRecords(changeRecords(recordsOf(id), dropped.get(id), all(id)), id);
    fresh = [];
    added.clear();
    dropped.clear();
    records.reset();
    if (known > mostKnown) {
      ecos.clear();
      known = 0;
      isEmpty = false;
    }
  };

  return {
    /** Adds what an advisory affects; the numbers of the packages, rising, as one value. */
    put: (source: number, adv: number, affected: readonly Affected[], isNoted: boolean): Buffer => {
      const named: number[] = [];
      for (const one of affected) {
        const pkg = packageId(source, one.ecosystem, one.package);
        const qual = qualifierId(one.qualifiers);
        const start = records.at();
        for (const range of one.ranges)
          if (range.comparable) records.range(adv, qual, range);
          else records.review(adv, qual, range);
        for (const version of one.versions) records.exact(adv, qual, version);
        let held = added.get(pkg);
        if (held === undefined) {
          held = { advs: [], starts: [], ends: [] };
          added.set(pkg, held);
        }
        held.advs.push(adv);
        held.starts.push(start);
        held.ends.push(records.at());
        if (isNoted) markChanged(pkg);
        named.push(pkg);
      }
      if (records.isFull()) flush();
      return idBytes(sortedIds(new Set(named)));
    },
    /** Removes the package ranges of an advisory. */
    drop: (adv: number, pkgs: Iterable<number>, isNoted: boolean): void => {
      for (const pkg of pkgs) {
        const held = dropped.get(pkg) ?? new Set<number>();
        held.add(adv);
        dropped.set(pkg, held);
        if (isNoted) markChanged(pkg);
      }
    },
    flush,
    /** Looks again at which feeds cover which ecosystems, since records are gone; after `flush`. */
    recover: (): void => {
      const bySource = new Map<number, Set<number>>();
      for (const [source, pkgs] of everyPackages.iterate()) {
        const held = bySource.get(source) ?? new Set<number>();
        for (const pkg of idsOf(pkgs)) held.add(pkg);
        bySource.set(source, held);
      }
      dropCovers();
      for (const [source, pkgs] of bySource)
        for (const eco of new Set(Array.from(pkgs, (pkg) => ecoOfPackage(pkg)))) putCovers(eco, source);
    },
    /** Counts what each feed says of each ecosystem; after `flush`. */
    count: (): void => {
      const ecoOf = new Uint32Array(lastPackage() + 1);
      for (const [id, eco] of everyEco.iterate()) ecoOf[id] = eco;
      const counted = new Map<string, { eco: number; source: number; records: number; newest: string }>();
      for (const [source, modified, pkgs] of everyRecord.iterate())
        for (const eco of new Set(Array.from(idsOf(pkgs), (pkg) => ecoOf[pkg] ?? 0))) {
          const key = `${eco} ${source}`;
          const held = counted.get(key) ?? { eco, source, records: 0, newest: '' };
          counted.set(key, held);
          held.records += 1;
          if (modified > held.newest) held.newest = modified;
        }
      dropKnown();
      for (const { eco, source, records, newest } of counted.values()) putKnown(eco, source, records, newest);
    },
  };
};
