import { stepUpField } from '@sallyport/ui/components/form.tsx';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Browser, type Fields, openConsole, password } from '../../../test/support/console.ts';
import { allOperations } from '../../all-operations.ts';
import { systemActor } from '../../engine/objects/types.ts';

let site: Awaited<ReturnType<typeof openConsole>>;
let admin: Browser;
beforeAll(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
});
afterAll(() => site.close());

/** The session's person proved itself an hour ago. */
const makeStale = (): void => {
  site.appliance.db
    .prepare('update session set authenticated_at = 0, authenticated_ran = authenticated_ran - 3600000')
    .run();
};
beforeEach(makeStale);

const role = (name: string): Fields => ({ 'f.name': name, 'f.rights': ['devices:read'], comment: 'for the night' });
const roles = (): string[] =>
  site.appliance.objects.list({ kind: 'role', limit: 100 }).rows.map(({ body }) => body.name);
const rows = (): unknown => site.appliance.db.prepare('select count(*) from object_revision').pluck().get();
const failedLogins = (): number =>
  site.appliance.db.prepare<[], number>(`select count(*) from event where type = 'login-failed'`).pluck().get() ?? 0;

/** Everything that the database holds, as text. */
const stored = (): string => {
  const { db } = site.appliance;
  const tables = db
    .prepare<[], string>(`select name from sqlite_master where type = 'table' and name not like 'sqlite_%'`)
    .pluck()
    .all();
  return JSON.stringify(tables.map((name) => db.prepare(`select * from "${name}"`).raw().all()));
};

describe('the answer to a grave form an hour after the log-in', () => {
  it('is the form itself with what was entered and a field for the password; nothing is stored', async () => {
    const before = rows();
    const response = await admin.post(paths.objectNew('role'), role('Night'));
    const html = await response.text();
    expect(response.status).toBe(403);
    const form = /<form[^>]*action="\/objects\/role\/new"[\s\S]*?<\/form>/.exec(html)?.[0] ?? '';
    expect(form).toContain(`name="${stepUpField}"`);
    expect(form).toContain('value="Night"');
    expect(form).toContain('<label for="f-f-name">');
    expect(form).toContain(`name="csrf" value="${await admin.csrf()}"`);
    expect(html).not.toContain('Send what you entered');
    expect(html).not.toContain('session ended');
    expect(rows()).toBe(before);
    expect(roles()).not.toContain('Night');
  });

  it('is carried out when it comes with the password, and keeps the password nowhere', async () => {
    const secret = 'a password for this test alone';
    const { id } = site.appliance.objects.create(systemActor, 'account', { name: 'grave', roles: ['administrator'] });
    const grave = site.browser();
    const link = site.appliance.accounts.makeLink(systemActor, id).token;
    await grave.post(`/first/${link}`, { password: secret, repeat: secret });
    makeStale();
    const response = await grave.post(paths.objectNew('role'), { ...role('Evening'), [stepUpField]: secret });
    expect([response.status, response.headers.get('location')]).toEqual([303, paths.objects('role')]);
    expect(roles()).toContain('Evening');
    expect(stored()).not.toContain(secret);
    // It counts for ten minutes.
    expect((await grave.post(paths.objectNew('role'), role('Morning'))).status).toBe(303);
  });

  it('asks again after a wrong password, which counts as a log-in that failed', async () => {
    const [before, failed] = [rows(), failedLogins()];
    const response = await admin.post(paths.objectNew('role'), { ...role('Noon'), [stepUpField]: 'not it at all' });
    const html = await response.text();
    expect(response.status).toBe(422);
    expect(html).toContain('value="Noon"');
    expect(html).toMatch(/aria-invalid="true"[^>]*type="password"|type="password"[^>]*aria-invalid="true"/);
    expect(html).not.toContain('not it at all');
    expect(rows()).toBe(before);
    expect(failedLogins()).toBe(failed + 1);
  });

  it('does nothing after a wrong password, though the act would not need one', async () => {
    const response = await admin.post(paths.objectNew('group'), { 'f.name': 'Hall', [stepUpField]: 'not it at all' });
    expect(response.status).toBe(422);
    expect(site.appliance.objects.list({ kind: 'group', limit: 10 }).rows).toEqual([]);
  });

  it('goes through origin, token, rights, revision and validation again', async () => {
    const proof = { [stepUpField]: password };
    const send = async (fields: Fields, headers: Record<string, string> = {}): Promise<number> =>
      (await admin.post(paths.objectNew('role'), { ...role('Dawn'), ...proof, ...fields }, headers)).status;
    expect(await send({}, { 'sec-fetch-site': 'cross-site' })).toBe(403);
    expect(await send({ csrf: 'x'.repeat(43) })).toBe(403);
    expect(await send({ 'f.name': '' })).toBe(422);
    const viewer = await site.as('viewer');
    expect((await viewer.post(paths.objectNew('role'), { ...role('Dawn'), ...proof })).status).toBe(403);
    const { id, revision } = site.appliance.objects.create(systemActor, 'role', { name: 'Dusk', rights: [] });
    site.appliance.objects.update(systemActor, 'role', id, { name: 'Dusk 2' });
    makeStale();
    const late = await admin.post(paths.object('role', id), { ...role('Dusk 3'), revision: `${revision}`, ...proof });
    expect(late.status).toBe(422);
    expect(roles().filter((name) => name.startsWith('D'))).toEqual(['Dusk 2']);
  });

  it('shows no object, and not whether there is one, to who has no right to its kind', async () => {
    const { objects, accounts } = site.appliance;
    const empty = objects.create(systemActor, 'role', { name: 'without rights', rights: [] });
    const { id } = objects.create(systemActor, 'account', { name: 'without', roles: [empty.id] });
    const other = objects.create(systemActor, 'account', { name: 'aksary', roles: ['viewer'] });
    const without = site.browser();
    await without.post(`/first/${accounts.makeLink(systemActor, id).token}`, { password, repeat: password });
    const wrong = { revision: '1', [stepUpField]: 'not it at all' };
    for (const path of [paths.object('account', other.id), paths.object('account', 'x'), paths.objectNew('account')]) {
      const response = await without.post(path, wrong);
      const html = await response.text();
      expect([path, response.status]).toEqual([path, 403]);
      expect(html).not.toContain('aksary');
      // In words, as every refusal.
      expect(html).toContain('FORBIDDEN');
      expect(html).toContain('</main>');
    }
  });

  it('tells what another person saved meanwhile, before it is written over', async () => {
    const { objects } = site.appliance;
    const { id } = objects.create(systemActor, 'role', { name: 'Shift', rights: ['devices:read'] });
    objects.update(systemActor, 'role', id, { name: 'Shift of another' });
    const mine = { 'f.name': 'Shift of mine', 'f.rights': ['devices:read', 'accounts:write'], revision: '1' };
    for (const proof of [{}, { [stepUpField]: 'not it at all' }]) {
      const html = await (await admin.post(paths.object('role', id), { ...mine, ...proof })).text();
      expect(html).toContain(`name="${stepUpField}"`);
      expect(html).toContain('Shift of another');
      expect(html).toContain('Use mine');
    }
  });

  it('has the comment, too', async () => {
    const html = await (await admin.post(paths.objectNew('role'), role('Remark'))).text();
    expect(html).toMatch(/name="comment"[^>]*value="for the night"/);
  });

  it('repeats no more than a bounded number of fields of a button; then the password alone is asked for', async () => {
    const fields = (count: number): Fields => ({
      n: Array.from({ length: count }, () => '1'),
      [stepUpField]: 'not it at all',
    });
    const few = await (await admin.post(paths.meSessions(), fields(2_000))).text();
    expect(few.split('name="n"')).toHaveLength(2_001);
    for (const many of [fields(2_001), { n: 'x'.repeat(200_001), [stepUpField]: 'not it at all' }]) {
      const html = await (await admin.post(paths.meSessions(), many)).text();
      expect(html).toContain(`action="${paths.meAgain()}"`);
      expect(html).not.toContain('name="n"');
      expect(html).toContain('Secrets and files are not kept: enter them again.');
    }
  });

  it("repeats no more of a page's own form", async () => {
    const sent = (name: string) =>
      admin.post(paths.objectNew('role'), { ...role(name), [stepUpField]: 'not it at all' });
    expect(await (await sent('n'.repeat(190_000))).text()).toContain('n'.repeat(190_000));
    const html = await (await sent('n'.repeat(200_001))).text();
    expect(html).not.toContain('n'.repeat(1_000));
    expect(html).toContain(`action="${paths.meAgain()}"`);
    expect(html).toContain('Secrets and files are not kept: enter them again.');
  });

  it('says that a secret is to be entered again where the kind declares one, whatever its name', async () => {
    const fields = { 'f.name': 'Line', 'f.community': 'a community', [stepUpField]: 'not it at all' };
    const html = await (await admin.post(paths.objectNew('controller-credential'), fields)).text();
    expect(html).toContain('value="Line"');
    expect(html).not.toContain('a community');
    expect(html).toContain('Secrets and files are not kept: enter them again.');
  });

  it('limits the tries', async () => {
    for (let tries = 0; tries < 20; tries += 1) {
      const { status, headers } = await admin.post(paths.objectNew('role'), {
        ...role('Tries'),
        [stepUpField]: 'not it at all',
      });
      if (status !== 429) continue;
      expect(Number(headers.get('retry-after'))).toBeGreaterThan(0);
      return;
    }
    throw new Error('the tries were not limited');
  });
});

describe('the field that proves a person', () => {
  it('is the field of no kind', () =>
    expect(
      site.appliance.objects
        .kinds()
        .flatMap(({ fields }) => Object.keys(fields))
        .filter((name) => name === stepUpField),
    ).toEqual([]));

  it('is the field of no operation: calls of the API and commands take no password', () => {
    expect(allOperations.length).toBeGreaterThan(100);
    expect(allOperations.filter(({ input }) => stepUpField in input.shape).map(({ name }) => name)).toEqual([]);
    // What an input does not name is refused.
    const loose = allOperations.filter(({ input }) => input.safeParse({ [stepUpField]: password }).success);
    expect(loose.map(({ name }) => name)).toEqual([]);
  });
});

describe("a form of one's own page", () => {
  it('asks inside the form of the new password, and gives no secret back', async () => {
    const viewer = await site.as('viewer');
    makeStale();
    const fields = { current: password, password: 'another long word', repeat: 'another long word' };
    const html = await (await viewer.post(paths.mePassword(), fields)).text();
    const form = new RegExp(`<form[^>]*action="${paths.mePassword()}"[\\s\\S]*?</form>`).exec(html)?.[0] ?? '';
    expect(form).toContain(`name="${stepUpField}"`);
    expect(form).toContain('Secrets and files are not kept: enter them again.');
    expect(html).not.toContain('another long word');
    const sent = { ...fields, [stepUpField]: password };
    expect((await viewer.post(paths.mePassword(), sent)).headers.get('location')).toBe(paths.me());
  });
});
