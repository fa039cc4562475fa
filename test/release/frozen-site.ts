import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { command } from '../support/commands.ts';
import { makeFilledSite } from '../support/filled-site.ts';
import { repositoryRoot } from '../support/sources.ts';
import { type Content, contentOf } from './content.ts';

// The data directory of a filled site as a release left it: test/release/frozen/V.tar.xz, and in V.json what is in it. Later
// releases upgrade from it.

const folder = join(import.meta.dirname, 'frozen');
const at = (version: string, ending: string): string => join(folder, `${version}.${ending}`);

/** `schema`: SHA-256 of the schema.sql that made it. */
type FrozenSite = { schema: string; content: Content };

const schemaNow = (): string =>
  createHash('sha256')
    .update(readFileSync(join(repositoryRoot, 'appliance/src/schema.sql')))
    .digest('hex');

export function frozenSite(version: string): FrozenSite | undefined {
  const path = at(version, 'json');
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as FrozenSite) : undefined;
}

/** Whether it has the schema that the sources have now. */
export function hasPresentSchema(site: FrozenSite | undefined): boolean {
  return site?.schema === schemaNow();
}

/** Lays the data directory of a frozen site into `target`, which is made. */
export function layFrozenSite(version: string, target: string): void {
  mkdirSync(target, { recursive: true, mode: 0o700 });
  execFileSync('tar', ['-xJf', at(version, 'tar.xz'), '-C', target]);
}

/** Whether a release has its tag. */
export function isReleased(version: string): boolean {
  const tags = execFileSync('git', ['tag', '--list', `v${version}`], { cwd: repositoryRoot, encoding: 'utf8' });
  return tags.trim() !== '';
}

/**
 * The frozen site of a release. Until the release has its tag it is made anew where the schema became another one, by the built
 * commands; `say` tells it, and it is to be committed.
 */
export async function freezeSite(version: string, say: (line: string) => void): Promise<FrozenSite> {
  const held = frozenSite(version);
  if (held !== undefined && (isReleased(version) || hasPresentSchema(held))) return held;
  const work = mkdtempSync(join(tmpdir(), 'sallyport-freeze-'));
  try {
    const { dataDir } = await makeFilledSite(work, 443);
    const content = await contentOf((...line) => command('sallyport', ...line, '--data', dataDir));
    // What a process that has ended leaves.
    rmSync(join(dataDir, 'import.lock'), { force: true });
    for (const name of readdirSync(join(dataDir, 'staging')))
      rmSync(join(dataDir, 'staging', name), { recursive: true });
    execFileSync('tar', ['--owner=0', '--group=0', '-cJf', at(version, 'tar.xz'), '-C', dataDir, '.']);
    const made = { schema: schemaNow(), content };
    writeFileSync(at(version, 'json'), `${JSON.stringify(made, undefined, 2)}\n`);
    say(`the site of release ${version} is frozen anew: commit test/release/frozen`);
    return made;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
