import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Console, openConsole, password } from '../../../test/support/console.ts';
import { formOf } from './form.ts';
import { keepForm, readKept } from './kept-form.ts';

describe('a form that came without a session', () => {
  it('is kept without the token', () => {
    const kept = keepForm(
      '/objects/group/new',
      formOf([
        ['csrf', 'x'],
        ['name', 'Цех 2'],
        ['name', 'b'],
      ]),
    );
    expect(kept).toEqual({
      action: '/objects/group/new',
      fields: [
        ['name', 'Цех 2'],
        ['name', 'b'],
      ],
    });
    expect(readKept(JSON.stringify(kept))).toEqual(kept);
  });

  it('is not kept when it holds a secret, goes elsewhere or is too large', () => {
    expect(keepForm('/objects/account/a', formOf([['password', 'x']]))).toBeUndefined();
    expect(keepForm('/me/two-step', formOf([['a', '1']]))).toBeUndefined();
    expect(keepForm('//evil.example/', formOf([['a', '1']]))).toBeUndefined();
    expect(keepForm('/updates/decide', formOf([['a', 'x'.repeat(200_000)]]))).toBeUndefined();
  });

  it.each([
    '',
    '{',
    'null',
    '[]',
    '{"action":"//x","fields":[]}',
    '{"action":"/a","fields":[["a",1]]}',
    '{"action":"/a"}',
  ])('is nothing when it was not written here: %s', (text) => expect(readKept(text)).toBeUndefined());
});

describe('the console', () => {
  let site: Console;
  beforeAll(async () => {
    site = await openConsole();
  });
  afterAll(() => site.close());

  it('gives the values back after log-in, asks, and sends nothing by itself', async () => {
    const admin = await site.as('administrator');
    const anonymous = await site.as('anonymous');
    const response = await anonymous.post('/objects/group/new', { 'f.name': 'Night shift', 'f.description': 'Line 2' });
    expect(response.status).toBe(401);
    const login = await response.text();
    expect(login).toContain('Night shift');
    expect(login).toContain('name="kept"');
    const before = site.appliance.objects.list({ kind: 'group', limit: 10 }).total;
    const kept = JSON.stringify({
      action: '/objects/group/new',
      fields: [
        ['f.name', 'Night shift'],
        ['f.description', 'Line 2'],
      ],
    });
    const asked = await (await anonymous.post('/login', { name: 'admin', password, kept })).text();
    expect(asked).toContain('action="/objects/group/new"');
    expect(asked).toContain('value="Night shift"');
    expect(site.appliance.objects.list({ kind: 'group', limit: 10 }).total).toBe(before);
    expect(
      (await admin.post('/objects/group/new', { 'f.name': 'Night shift', 'f.description': 'Line 2' })).status,
    ).toBeLessThan(400);
    expect(site.appliance.objects.list({ kind: 'group', limit: 10 }).total).toBe(before + 1);
  });
});
