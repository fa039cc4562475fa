import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { migrate, newestVersion, openDatabase, readSchema } from '@sallyport/appliance/platform/database';
import { afterAll, describe, expect, it } from 'vitest';
import { contentOf } from '../release/content.ts';
import { frozenSite, hasPresentSchema, isReleased, layFrozenSite } from '../release/frozen-site.ts';
import { temporaryFolder } from '../support/commands.ts';
import { layRelease, runRelease } from '../support/release-tree.ts';
import { repositoryRoot } from '../support/sources.ts';

// The sites that releases left come to the schema of the sources, and to a step that a next release would bring, with all that was
// in them. Whole upgrades of them, with a server and on a machine, are in make release-test.

const frozen = readdirSync(join(repositoryRoot, 'test/release/frozen'))
  .filter((name) => name.endsWith('.json'))
  .map((name) => name.replace(/\.json$/, ''));

describe('the site of a release', () => {
  const folder = temporaryFolder('frozen-sites');
  afterAll(() => folder.remove());

  it('is frozen for each release', () => {
    expect(frozen).toContain('0.2.0');
  });

  it.for(frozen)('of %s is brought to the next schema, whole', async (version, { skip }) => {
    const site = frozenSite(version);
    // Until a release has its tag its schema is edited in place.
    skip(
      !isReleased(version) && !hasPresentSchema(site),
      'schema.sql changed: make release-test freezes the site anew',
    );
    const data = join(folder.path, `data-${version}`);
    layFrozenSite(version, data);
    const schema = readSchema();
    const next = newestVersion(schema) + 1;
    const step = 'create table next (n integer) strict; insert into next values (1)';
    const name = `${`${next}`.padStart(3, '0')}-next.sql`;
    const db = openDatabase(join(data, 'state.db'));
    expect(
      migrate(db, { ...schema, migrations: [...schema.migrations, { version: next, name, sql: step }] }),
    ).toContain(next);
    // What this release asks of coverage nothing has asked yet: each device is looked at again.
    expect(db.prepare('select after_device from rule_round').pluck().get()).toBe(0);
    db.close();
    const release = layRelease(folder.path, '9.9.0', { [name]: step });
    const run = async <T>(...line: string[]): Promise<T> => {
      const { status, stdout, stderr } = await runRelease(release, [...line, '--data', data, '--json']);
      expect(status, `${line.join(' ')}: ${stderr}${stdout}`).toBe(0);
      return JSON.parse(stdout) as T;
    };
    expect(await run('doctor')).toMatchObject({ findings: [] });
    expect(await contentOf(run)).toEqual(site?.content);
  });
});
