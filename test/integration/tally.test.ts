import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { repositoryRoot } from '../support/sources.ts';
import { fileFolder } from '../support/test-folder.ts';

const folder = fileFolder('tally');

it('the last line of a run counts as failed what fails around the tests, and names it', () => {
  const vitest = join(repositoryRoot, 'node_modules/vitest/dist/index.js');
  const head = `import { beforeAll, describe, expect, it } from ${JSON.stringify(vitest)};\n`;
  writeFileSync(
    join(folder, 'around.test.js'),
    `${head}it('holds', () => undefined);
describe('of a site', () => {
  beforeAll(() => { throw new Error('no site'); });
  it('is skipped', () => undefined);
});`,
  );
  writeFileSync(join(folder, 'within.test.js'), `${head}it('differs', () => expect(1, 'one').toBe(2));`);
  writeFileSync(join(folder, 'loads.test.js'), `import './nowhere.js';`);
  const config = join(folder, 'vitest.config.ts');
  const reporter = JSON.stringify(join(repositoryRoot, 'test/support/tally-reporter.ts'));
  writeFileSync(
    config,
    `import { TallyReporter } from ${reporter};
const config = { test: { reporters: [new TallyReporter()], cache: false } };
export { config as default };`,
  );
  const { stdout, status } = spawnSync(
    process.execPath,
    [join(repositoryRoot, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, '--config', config],
    { encoding: 'utf8', cwd: repositoryRoot },
  );
  const lines = stdout.trim().split('\n');
  expect(lines.at(-1)).toBe('1 passed, 3 failed, 1 skipped');
  const failed = lines.filter((line) => line.startsWith('FAILED ')).sort();
  expect(failed).toEqual([
    'FAILED around.test.js: no site',
    expect.stringMatching(/^FAILED loads\.test\.js: .*nowhere\.js/),
    expect.stringMatching(/^FAILED within\.test\.js: differs: one/),
  ]);
  expect(status).toBe(1);
});
