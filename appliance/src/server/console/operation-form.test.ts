import { catalogue, wordsOf } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, openConsole, password } from '../../../test/support/console.ts';
import { allOperations } from '../../all-operations.ts';
import { needsByRoute } from './route-needs.ts';

let site: Awaited<ReturnType<typeof openConsole>>;
let admin: Browser;
beforeAll(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
});
afterAll(() => site.close());

const withForms = allOperations.flatMap(({ form, ...operation }) =>
  form === undefined ? [] : [{ ...operation, form }],
);

describe('every operation with a form', () => {
  it('is one of several', () => expect(withForms.length).toBeGreaterThan(2));

  it.each(withForms)('$name is sent to an address that asks for its right', ({ form, right, decides }) => {
    const need = needsByRoute().get(`POST ${form.at.pattern}`);
    expect(need?.need).toBe(right === 'any' ? 'person' : right);
    expect(need?.decides).toBe(decides === true);
  });

  it.each(withForms)('$name has the words of its button, its fields and what was done', ({ name, form, input }) => {
    const fields = Object.keys(input.shape).filter((field) => !form.at.pattern.includes(`:${field}`));
    const keys = ['do', 'done', ...fields].map((key) => `op.${name}.${key}`);
    for (const lang of langs) expect(keys.filter((key) => wordsOf(lang)[key] === undefined)).toEqual([]);
  });

  it.each(withForms)('$name names fields that its input has', ({ form, input }) => {
    const named = [...Object.keys(form.areas ?? {}), ...Object.keys(form.choices ?? {}), ...(form.secrets ?? [])];
    expect(named.filter((field) => !(field in input.shape))).toEqual([]);
  });
});

/** The form of an address on a page. */
const formIn = (html: string, action: string): string =>
  new RegExp(`<form[^>]*action="${action}"[\\s\\S]*?</form>`).exec(html)?.[0] ?? '';

describe('the form of an operation on its page', () => {
  it('has the fields of the input, with their bounds and what is required', async () => {
    const form = formIn(await admin.html(paths.certificate()), paths.certificate());
    const fields = [...form.matchAll(/<textarea[^>]*>/g)].map(([tag]) => tag);
    expect(fields.map((tag) => /name="(\w+)"/.exec(tag)?.[1])).toEqual(['certificate', 'key', 'authority']);
    expect(fields.map((tag) => tag.includes('required'))).toEqual([true, true, false]);
    expect(fields.every((tag) => tag.includes('maxlength="65536"'))).toBe(true);
  });

  it('comes back with the fault at its field, in the language of the reader, and without the secret', async () => {
    for (const lang of langs) {
      const fields = { certificate: 'no PEM', key: 'a private key of the test', authority: 'nor this' };
      const response = await admin.post(paths.certificate(), fields, { 'accept-language': lang });
      const html = await response.text();
      const form = formIn(html, paths.certificate());
      expect(response.status).toBe(422);
      expect(form.match(/aria-invalid="true"/g)?.length).toBeGreaterThan(0);
      expect(form).toContain('no PEM');
      expect(form).toContain('nor this');
      expect(html).not.toContain('a private key of the test');
      expect(form).toContain(catalogue(lang).t('again.secret'));
    }
  });

  it('shows the fault in the form that was sent, not in the other one of the page', async () => {
    const html = await (await admin.post(paths.recoveryKeyRenew(), { reason: ' ' })).text();
    expect(formIn(html, paths.recoveryKeyRenew())).toContain('aria-invalid="true"');
    expect(formIn(html, paths.recoveryKeyConfirm())).not.toContain('aria-invalid="true"');
  });

  it('asks for the password in itself, keeps what was entered, and is carried out with it', async () => {
    site.appliance.db.prepare('update session set authenticated_ran = authenticated_ran - 3600000').run();
    const fields = { reason: 'the paper was lost' };
    const asked = await admin.post(paths.recoveryKeyRenew(), fields);
    const form = formIn(await asked.text(), paths.recoveryKeyRenew());
    expect(asked.status).toBe(403);
    expect(form).toContain('name="step-up"');
    expect(form).toContain('the paper was lost');
    expect(site.appliance.recoveryKey.look().asked).toBeNull();
    const wrong = await admin.post(paths.recoveryKeyRenew(), { ...fields, 'step-up': 'not it at all' });
    expect([wrong.status, site.appliance.recoveryKey.look().asked]).toEqual([422, null]);
    expect(formIn(await wrong.text(), paths.recoveryKeyRenew())).toContain('the paper was lost');
    const done = await admin.post(paths.recoveryKeyRenew(), { ...fields, 'step-up': password });
    expect(done.headers.get('location')).toBe(paths.recoveryKey());
    expect(site.appliance.recoveryKey.look().asked?.reason).toBe('the paper was lost');
  });
});
