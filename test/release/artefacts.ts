import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '../support/sources.ts';
import { must } from './place.ts';

// What `make dist` makes: the same bytes in two places, a signature that openssl verifies, packages in which lintian and rpmlint find no error.

const run = (
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd = repositoryRoot,
): string =>
  execFileSync(file, args, {
    encoding: 'utf8',
    cwd,
    env: { ...process.env, ...env },
    maxBuffer: 1 << 28,
  });

/** lintian knows no zstd, which Debian's own archive does not take; dpkg reads it since Debian 12. */
const tooNew = 'malformed-deb-archive';

/** Checks the SBOM in a file with the library of the standard's makers, and says how many components it has. */
const readSbom = `import json, sys
from cyclonedx.model.bom import Bom
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
text = open(sys.argv[1]).read()
error = JsonStrictValidator(SchemaVersion.V1_6).validate_str(text)
if error: sys.exit(str(error)[:500])
print(len(Bom.from_json(json.loads(text)).components))`;

/** The file of the release key of the test, made where there is none. */
export function keyIn(keys: string): string {
  mkdirSync(keys, { recursive: true });
  const held = (): string | undefined => readdirSync(keys).find((name) => name.endsWith('.key'));
  if (held() === undefined) {
    const tool = 'bundle-tools/bin/sallyport-bundle.js';
    run(process.execPath, [tool, 'trust', 'key', 'create', '--for', 'release', '--out', keys]);
  }
  return join(keys, held() ?? '');
}

/** A clone of the commit in `folder`, built there, with the packages that are installed here. */
function cloneBuilt(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  run('git', ['clone', '--quiet', repositoryRoot, folder]);
  for (const part of ['.', 'appliance', 'bundle-tools', 'ui', 'agent'])
    if (existsSync(join(repositoryRoot, part, 'node_modules')))
      run('cp', ['-al', join(repositoryRoot, part, 'node_modules'), join(folder, part)]);
  run('npm', ['run', '--silent', 'build'], {}, folder);
}

/** Makes all artefacts into `dist`, once more in a clone in `again`, and has them judged. */
export function makeAndJudge(dist: string, again: string, keys: string, say: (line: string) => void): void {
  const env = { RELEASE_KEY: keyIn(keys) };
  const sumsOfMaking = (root: string): string => {
    process.stdout.write(run(process.execPath, ['scripts/packages/main.ts'], env, root));
    return run('sh', ['-c', 'sha256sum *'], {}, join(root, 'dist'));
  };
  say('makes the artefacts');
  const first = sumsOfMaking(repositoryRoot);
  say(`makes the artefacts in ${again}`);
  cloneBuilt(again);
  const second = sumsOfMaking(again).split('\n');
  const other = first.split('\n').filter((line, at) => line !== second[at]);
  must(other.length === 0, `another clone of the commit gave other bytes: ${other.join(', ')}`);
  rmSync(again, { recursive: true });
  say('another clone of the commit gave the same bytes');
  const inDist = (name: string): string => join(dist, name);
  const signed = ['-rawin', '-in', inDist('SHA256SUMS'), '-sigfile', inDist('SHA256SUMS.sig')];
  say(run('openssl', ['pkeyutl', '-verify', '-pubin', '-inkey', inDist('release.pem'), ...signed]).trim());
  for (const name of readdirSync(dist).filter((file) => file.endsWith('.cdx.json'))) {
    const components = run('/usr/bin/python3', ['-c', readSbom, inDist(name)]).trim();
    must(Number(components) > 100, `${name} has ${components} components`);
    say(`python3-cyclonedx-lib reads ${name}: ${components} components`);
  }
  for (const name of readdirSync(dist).filter((file) => file.endsWith('_amd64.deb'))) {
    run('lintian', ['--allow-root', '--fail-on', 'error', '--suppress-tags', tooNew, inDist(name)]);
    say(`lintian has no error in ${name}`);
  }
  for (const name of readdirSync(dist).filter((file) => file.endsWith('.x86_64.rpm'))) {
    run('rpmlint', ['--config', join(repositoryRoot, 'packaging/rpmlint.toml'), inDist(name)]);
    say(`rpmlint has no error in ${name}`);
  }
}
