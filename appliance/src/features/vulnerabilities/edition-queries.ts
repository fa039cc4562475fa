import { PAID_PREFIX, PLAIN_PREFIX, paidEcosystem } from '@sallyport/bundle-tools/versions/edition';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { PackageRecords } from './cover-editions.ts';

// Records of a package for everybody and in the edition that is paid for, which a snapshot has under two ecosystems.

/** In SQL the ecosystem of the components that records of an ecosystem speak of. */
export const COMPONENTS_OF = (name: string): string => `replace(${name}, '${PAID_PREFIX}', '${PLAIN_PREFIX}')`;

const nothing = Buffer.alloc(0);

/** The records of packages by their number in a snapshot; undefined: there is no such package. */
export const recordsOfEditions = (db: Database, schema: string) => {
  const sql = statements(db);
  const numbers = new Map(db.prepare<[], [string, number]>(`SELECT name, id FROM ${schema}.eco`).raw().all());
  const paidBeside = new Map<number, number>();
  const plainBeside = new Map<number, number | undefined>();
  for (const [name, id] of numbers) {
    const paid = numbers.get(paidEcosystem(name) ?? '');
    if (paid !== undefined) paidBeside.set(id, paid);
  }
  for (const [name, id] of numbers)
    if (name.startsWith(PAID_PREFIX))
      plainBeside.set(id, numbers.get(`${PLAIN_PREFIX}${name.slice(PAID_PREFIX.length)}`));
  const packageAt = sql.get<[number], { eco: number; name: string; records: Buffer }>(
    `SELECT eco, name, records FROM ${schema}.pkg WHERE id = ?`,
  );
  const recordsIn = sql.value<[number, string], Buffer>(`SELECT records FROM ${schema}.pkg WHERE eco = ? AND name = ?`);
  const beside = (eco: number | undefined, name: string): Buffer =>
    eco === undefined ? nothing : (recordsIn(eco, name) ?? nothing);
  return (pkg: number): PackageRecords | undefined => {
    const found = packageAt(pkg);
    if (found === undefined) return undefined;
    const { eco, name, records } = found;
    return plainBeside.has(eco)
      ? { plain: beside(plainBeside.get(eco), name), paid: records }
      : { plain: records, paid: beside(paidBeside.get(eco), name) };
  };
};
