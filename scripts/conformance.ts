import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { judgeDump } from '../bundle-tools/test/conformance/dump-verdicts.ts';

// `make conformance SUITE=DIR`: runs the public TUF conformance suite, which is no part of this repository, against our
// core, then gives each set of metadata that it served to our core and to python3-tuf. docs/conformance.md

const python = '/usr/bin/python3';
const client = resolve(import.meta.dirname, '../bundle-tools/test/conformance/client.ts');

// Both are told apart by nothing but these sets: where python3-tuf believes what our guards do not (guard 3).
const expectedDifferences = ['test_download_with_unknown_hash_algorithm/refresh-1'];

const skip = (why: string): never => {
  console.log(`conformance: skipped, ${why}`);
  process.exit(0);
};

const suite = process.argv[2] ? resolve(process.argv[2]) : skip('no suite given: make conformance SUITE=DIR');
if (!existsSync(join(suite, 'tuf_conformance/conftest.py'))) skip(`${suite} is no tuf-conformance suite`);
for (const module of ['pytest', 'tuf', 'securesystemslib']) {
  if (spawnSync(python, ['-c', `import ${module}`]).status !== 0) skip(`python3-${module} is not installed`);
}
if (spawnSync('faketime', ['--version']).error) skip('faketime is not installed');

const dump = mkdtempSync(join(tmpdir(), 'sallyport-conformance-'));
try {
  const entrypoint = `${process.execPath} --conditions=@sallyport/source ${client}`;
  const run = spawnSync(
    python,
    [
      '-m',
      'pytest',
      '-q',
      '-p',
      'no:cacheprovider',
      'tuf_conformance',
      '--entrypoint',
      entrypoint,
      '--repository-dump-dir',
      dump,
    ],
    { cwd: suite, stdio: 'inherit', env: { ...process.env, PYTHONDONTWRITEBYTECODE: '1' } },
  );
  if (run.status !== 0) process.exitCode = 1;
  const { sets, accepted, differences } = await judgeDump(dump, new Date());
  console.log(
    `${sets} dumped sets, our core accepts ${accepted}; python3-tuf judges ${differences.length} differently`,
  );
  for (const { name, ours, theirs } of differences) {
    const expected = expectedDifferences.includes(name) && !ours.accepted && theirs.accepted;
    console.log(
      `  ${expected ? 'expected' : 'NOT EXPECTED'}: ${name}\n    ours: ${ours.why || 'accepted'}\n    theirs: ${theirs.why || 'accepted'}`,
    );
    if (!expected) process.exitCode = 1;
  }
} finally {
  rmSync(dump, { recursive: true, force: true });
}
