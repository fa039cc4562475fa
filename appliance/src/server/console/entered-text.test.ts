import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';

// What a person entered is kept whole or refused with the limit, by page and by call: 500 characters are, 501 are not.

const site = await openConsole();
const admin = await site.as('administrator');
afterAll(() => site.close());

const { objects } = site.appliance;
const whole = `${'because '.repeat(62)}1234`;
const group = objects.create(systemActor, 'group', { name: 'Line 1' });

/** Where a page takes a text, and what it keeps of it. */
const doors: Record<string, { post: (text: string) => Promise<Response>; kept: () => string | null | undefined }> = {
  'the comment of a new object': {
    post: (comment) => admin.post(paths.objectNew('group'), { 'f.name': `Line ${comment.length}`, comment }),
    kept: () => {
      const made = objects.findBy('group', 'name', 'Line 500');
      return made && objects.revisions('group', made.id)[0]?.comment;
    },
  },
  'the comment of a change': {
    post: (comment) => admin.post(paths.object('group', group.id), { 'f.name': 'Line 2', revision: '1', comment }),
    kept: () => objects.revisions('group', group.id).find(({ revision }) => revision === 2)?.comment,
  },
};

describe('a text that is longer than is kept', () => {
  it.each(Object.entries(doors))('is refused with the limit, and one that fits is kept whole: %s', async (_, door) => {
    const refused = await door.post(`${whole}5`);
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('At most 500 characters')]);
    expect(door.kept() ?? null).toBeNull();
    expect((await door.post(whole)).status).toBeLessThan(400);
    expect(door.kept()).toBe(whole);
  });
});
