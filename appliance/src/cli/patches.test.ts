import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commands } from '@sallyport/bundle-tools/cli/commands';
import { silentIo } from '@sallyport/bundle-tools/cli/io';
import { runProgram } from '@sallyport/bundle-tools/cli/run';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { agreeToLists } from '../../../test/support/agreed-lists.ts';
import { openAppliance } from '../../test/support/appliance.ts';
import { runHere } from '../../test/support/run-line.ts';
import { systemActor } from '../engine/objects/types.ts';
import { wholeSite } from '../platform/scope.ts';
import { signIn } from './actor.ts';

const site = await openAppliance();
vi.stubEnv('XDG_RUNTIME_DIR', site.dataDir);
afterAll(async () => {
  vi.unstubAllEnvs();
  await site.stop();
});

/** A list proposes, and what two persons agree to is asked for by a person. */
const logIn = async (): Promise<void> => {
  const password = 'correct horse battery';
  const { id } = site.objects.create(systemActor, 'account', { name: 'importer', roles: ['administrator'] });
  const { token } = site.accounts.makeLink(systemActor, id);
  await site.accounts.useLink(token, { password, again: password, from: 'console' });
  await signIn(site.accounts, site.dataDir, { name: 'importer', password, code: '' });
};

const run = async (...args: string[]) => {
  const ran = await runHere(...args, '--data', site.dataDir);
  return { ...ran, json: args.includes('--json') ? JSON.parse(ran.stdout) : undefined };
};

describe('commands of patches', () => {
  it('import a list, show and move patches, and write evidence that the other side checks', async () => {
    const list = join(site.dataDir, 'list.csv');
    writeFileSync(
      list,
      'patchId,product,productVersion,vendorState\n33.016,1756-L83E,33,Fully Qualified\nX,Y,1,splendid\n',
    );
    const dry = await run('patch', 'import-approvals', list, '--preset', 'rockwell', '--dry-run', '--json');
    expect(dry).toMatchObject({ code: 1, json: { changed: 0, proposed: 1, import: null } });
    expect(dry.stderr).toContain('line 3: vendorState: unknown-word');
    const nobody = await run('patch', 'import-approvals', list, '--preset', 'rockwell');
    expect(nobody.stderr).toContain('APPROVAL_PERSON');
    await logIn();
    expect((await run('patch', 'import-approvals', list, '--preset', 'rockwell')).stderr).toContain('1 lines wait');
    expect((await run('patch', 'show', '1')).stdout).toMatch(
      /waiting +1: vendor_approved, proposed by the list list.csv/,
    );
    agreeToLists(site);
    expect((await run('patch', 'list', '--state', 'vendor_approved')).stdout).toContain('Rockwell Automation');
    expect((await run('patch', 'list', '--state', 'splendid')).code).toBe(2);
    const moved = await run(
      'patch',
      'move',
      '1',
      '--to',
      'deferred',
      '--reason',
      'no outage',
      '--until',
      '2099-01-01T00:00:00Z',
    );
    expect(moved.stderr).toContain('INVALID');
    const until = new Date(site.patches.within(wholeSite('job')).get(1).createdAt + 9 * 86_400_000).toISOString();
    const done = await run(
      'patch',
      'move',
      '1',
      '--to',
      'deferred',
      '--reason',
      'no outage',
      '--until',
      until,
      '--json',
    );
    expect(done.json).toEqual({ state: 'deferred', request: null });
    const shown = await run('patch', 'show', '1');
    expect(shown.stdout).toContain('vendor_approved -> deferred');
    expect(shown.stdout).toContain('no outage');

    const out = join(site.dataDir, 'out');
    const period = ['--from', '2020-01-01', '--to', '2020-12-31', '--out', out];
    expect((await run('evidence', 'create', '--from', 'x', '--to', 'y', '--out', out)).code).toBe(2);
    const made = await run('evidence', 'create', ...period, '--lang', 'ru', '--json');
    const [json = '', pdf = '', signature = ''] = made.json.files as string[];
    const card = join(site.dataDir, 'card.json');
    writeFileSync(card, site.exchange.siteCard(systemActor).bytes);
    const check = () =>
      runProgram(
        'sallyport-bundle',
        commands,
        ['evidence', 'verify', json, '--card', card, '--print', pdf, '--print-signature', signature, '--json'],
        silentIo,
      );
    const good = await check();
    expect(JSON.parse(good.stdout)).toMatchObject({ verified: true, sha256: made.json.sha256, print: true });
    appendFileSync(pdf, ' ');
    expect((await check()).stderr + (await check()).stdout).toContain('HASH');
    const changed = readFileSync(json, 'utf8').replace(
      /"sig":"(.)/,
      (_, first: string) => `"sig":"${first === 'A' ? 'B' : 'A'}`,
    );
    writeFileSync(json, changed);
    expect((await check()).exit).not.toBe(0);
  });
});
