import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { makeDeb } from './deb.ts';
import { readLock } from './locked.ts';
import { packageSpecs } from './package-spec.ts';
import { type Release, stage } from './stage.ts';

// `make dist`: every artefact of a release in one folder, the same bytes for the same commit.

const root = resolve(import.meta.dirname, '../..');
const out = join(root, 'dist');
/** For a try: `sallyport-host:x64` and its like instead of all. */
const wanted = process.argv.slice(2);
const work = join(root, 'var/dist');

const version = (JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }).version;
const given = process.env['SOURCE_DATE_EPOCH'];
const commit = (): string => execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' });
const release: Release = {
  root,
  version,
  epoch: Number(given ?? commit()),
  lock: readLock(root),
  cache: join(root, 'var/npm-packages'),
};

rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
const made: string[] = [];
for (const spec of packageSpecs)
  for (const arch of ['x64', 'arm64'] as const) {
    if (wanted.length > 0 && !wanted.includes(`${spec.name}:${arch}`)) continue;
    const staged = stage(spec, arch, join(work, `${spec.name}-${arch}`), release);
    made.push(makeDeb(staged, out, release));
    rmSync(staged.folder, { recursive: true });
  }
for (const path of made) process.stdout.write(`${`${statSync(path).size}`.padStart(10)}  ${basename(path)}\n`);
