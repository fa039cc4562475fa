import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { fileFolder } from '../../../test/support/test-folder.ts';
import { readRelease, versionLine } from './release.ts';

const folder = fileFolder('release');

it('says the version of the manifest, and when it was built where it was', () => {
  const dist = join(folder, 'dist');
  mkdirSync(dist);
  writeFileSync(join(folder, 'package.json'), '{"version":"2.3.4"}');
  expect(versionLine('prog', readRelease(dist))).toBe('prog 2.3.4');
  writeFileSync(join(dist, 'release.json'), '{"builtAt":"2026-11-26T12:00:00Z"}');
  expect(versionLine('prog', readRelease(dist))).toBe('prog 2.3.4 (built 2026-11-26T12:00:00Z)');
  writeFileSync(join(dist, 'release.json'), '{}');
  expect(() => readRelease(dist)).toThrow('has no builtAt');
});
