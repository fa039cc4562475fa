import { type RoleTemplate, roleTemplates } from '@sallyport/ui/accounts/role-templates.tsx';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { areas } from '../../engine/objects/types.ts';
import { allRights, isRight, rightsInGroups } from './types.ts';

const site = await openConsole();
const admin = await site.as('administrator');
afterAll(() => site.close());

const names = Object.keys(roleTemplates) as RoleTemplate[];
const checked = (html: string): string[] =>
  [...html.matchAll(/<input[^>]*name="f\.rights"[^>]*>/g)].flatMap(([tag]) =>
    / checked/.test(tag) ? (/value="([^"]+)"/.exec(tag)?.[1] ?? []) : [],
  );

describe('templates of roles', () => {
  it('name rights that there are', () => {
    expect(
      Object.values(roleTemplates)
        .flat()
        .filter((right) => !isRight(right)),
    ).toEqual([]);
    expect(roleTemplates.auditor).toEqual(areas.map((area) => `${area}:read`));
  });

  it('let an engineer be limited to a zone', () => {
    expect(roleTemplates.lineEngineer.filter((right) => !rightsInGroups.some((one) => one === right))).toEqual([]);
  });

  it('let nobody approve what they order', () => {
    const officer: readonly string[] = roleTemplates.securityOfficer;
    expect(
      officer.filter((right) => right.endsWith(':write') && officer.includes(right.replace('write', 'approve'))),
    ).toEqual([]);
  });

  it.each(names)('%s fills the form by one link, and the role is made of it', async (name) => {
    const form = await admin.html(paths.objectNew('role'));
    const link = [...form.matchAll(/href="(\/objects\/role\/new\?[^"]+)"/g)][names.indexOf(name)]?.[1] ?? '';
    const filled = await admin.html(link.replaceAll('&amp;', '&'));
    expect(checked(filled).toSorted()).toEqual([...roleTemplates[name]].toSorted());
  });

  it('every right has its box', async () => {
    const form = await admin.html(paths.objectNew('role'));
    for (const right of allRights) expect(form).toContain(`name="f.rights" value="${right}"`);
  });
});

describe('a refusal for want of a right', () => {
  it('names the right in words', async () => {
    const viewer = await site.as('viewer');
    const answer = await viewer.get(paths.objectNew('role'));
    expect(answer.status).toBe(403);
    const html = await answer.text();
    expect(html).toContain('<strong>Change: Accounts</strong>');
    expect(html).toContain('accounts:write');
  });
});
