import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { command, startCommand, tryCommand } from '../support/commands.ts';
import { fileFolder } from '../support/test-folder.ts';
import { until } from '../support/until.ts';

const data = join(fileFolder('event-follow'), 'data');
beforeAll(async () => {
  await command('sallyport', 'init', '--data', data, '--site', 'follow', '--listen', '127.0.0.1:0');
});

const reset = () => command('sallyport', 'account', 'reset', 'administrator', '--data', data);

it('sallyport event follow prints what happens, each once, what was asked for alone, and ends well', async () => {
  const all = await startCommand('sallyport', ['event', 'follow', '--data', data], /object-created/);
  const critical = ['event', 'follow', '--severity', 'critical', '--json', '--data', data];
  await reset();
  const grave = await startCommand('sallyport', critical, /account-reset-at-console/);
  await until(() => all.output().includes('account-reset-at-console'));
  await reset();
  await reset();
  await until(() => grave.output().split('\n').length > 3);
  await until(() => all.output().split('account-reset-at-console').length > 3);
  await Promise.all([all, grave].map(({ kill }) => kill('SIGTERM')));
  expect([all.child.exitCode, grave.child.exitCode]).toEqual([0, 0]);

  const lines = grave.output().trim().split('\n');
  const found = lines.map((line): { id: number; type: string; at: string } => JSON.parse(line));
  expect(found.map(({ type }) => type)).toEqual(Array(3).fill('account-reset-at-console'));
  expect(found.every(({ at }) => !Number.isNaN(Date.parse(at)))).toBe(true);
  const numbers = all
    .output()
    .trim()
    .split('\n')
    .map((line) => Number(line.split(' ')[0]));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  const listed = await command<{ rows: { id: number }[] }>(
    'sallyport',
    'event',
    'list',
    '--severity',
    'critical',
    '--data',
    data,
  );
  expect(listed.rows.map(({ id }) => id).toReversed()).toEqual(found.map(({ id }) => id));
});

it('sallyport event follow refuses what it does not know before it waits', async () => {
  const refused = await tryCommand('sallyport', ['event', 'follow', '--past', '10001', '--data', data]);
  expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('--past takes 0 to 10000')]);
  const severity = await tryCommand('sallyport', ['event', 'follow', '--severity', 'grave', '--data', data]);
  expect(severity.status).toBe(2);
});
