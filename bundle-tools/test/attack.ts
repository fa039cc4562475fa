import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, it } from 'vitest';
import type { ImportContext } from '../src/importer/context.ts';
import { recheckRefusal } from '../src/importer/recheck.ts';
import type { AttackRowId } from './attack-rows.ts';
import { attempt, freshDir, siteContext, type World } from './kit.ts';

type Run<T extends unknown[]> = (...values: T) => void | Promise<void>;

/** A test of one row of the attack table. */
export const attack = (row: AttackRowId, name: string, run: () => void | Promise<void>): void => {
  it(`[${row}] ${name}`, run);
};

/** The same for several cases; the name may hold `%s`, `%i`, `%j`. */
export function attackEach<T extends unknown[] | [unknown]>(
  row: AttackRowId,
  cases: readonly T[],
): (name: string, run: Run<T>) => void;
export function attackEach<T>(row: AttackRowId, cases: readonly T[]): (name: string, run: Run<[T]>) => void;
export function attackEach(row: AttackRowId, cases: readonly unknown[]) {
  return (name: string, run: Run<unknown[]>): void => it.each([...cases])(`[${row}] ${name}`, run as Run<unknown[]>);
}

const filesBelow = (path: string): string[] =>
  !existsSync(path) || !statSync(path, { throwIfNoEntry: false })?.isDirectory()
    ? [path]
    : readdirSync(path).flatMap((name) => filesBelow(join(path, name)));

const fingerprint = (...paths: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    paths.flatMap(filesBelow).map((path) => {
      const info = statSync(path, { throwIfNoEntry: false });
      const isShort = info?.isFile() && info.size < 64 * 1024 * 1024;
      const content = isShort ? createHash('sha256').update(readFileSync(path)).digest('hex') : `${info?.size}`;
      return [path, `${content} ${info?.mtimeMs}`];
    }),
  );

/**
 * Imports what must not be imported and tells its code; undefined when it was taken. Whatever the refusal: the medium and
 * the host's store are as before, in staging lie only spooled preludes and objects that have their digests, and roots
 * that hold even so chain from the held one.
 */
export const refusalOf = async (
  world: World,
  path: string,
  changes: Partial<ImportContext> = {},
): Promise<string | undefined> => {
  const staging = freshDir(world, 'staging');
  const outside = [path, join(world.dir, 'store')];
  const before = fingerprint(...outside);
  const { code, refusal } = await attempt(world, path, changes, staging);
  expect(fingerprint(...outside)).toEqual(before);
  if (refusal === undefined) return undefined;
  expect(code).not.toBe('INTERNAL');
  expect(recheckRefusal(refusal, siteContext(world, changes)).code).toBe(code);
  for (const file of filesBelow(staging)) {
    const name = relative(staging, file);
    if (/^objects\/[0-9a-f]{64}$/.test(name))
      expect(createHash('sha256').update(readFileSync(file)).digest('hex')).toBe(name.slice('objects/'.length));
    else
      expect(name).toMatch(
        /^(?:|objects|prelude|prelude\/[a-z0-9._-]+|inventory[a-z.-]*|objects\/[0-9a-f]{64}\.[a-z0-9.]+)$/,
      );
  }
  return code;
};
