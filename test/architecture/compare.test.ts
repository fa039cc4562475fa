import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { differenceLines, grouped } from '../../scripts/compare/differences.ts';
import { formsOf, linksOf } from '../../scripts/compare/forms.ts';
import { normalHtml, withoutDrawn } from '../../scripts/compare/normal.ts';
import { placesOf, recordName } from '../../scripts/compare/places.ts';

// What the recorder (make compare) reads of a page, and how it names what differs; the recordings themselves take minutes.

const folder = mkdtempSync(join(tmpdir(), 'sallyport-compare-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The differences of two recordings, given as texts by the names of their records. */
const compared = (base: Readonly<Record<string, string>>, here: Readonly<Record<string, string>>): string => {
  for (const [name, records] of Object.entries({ base, here })) {
    rmSync(join(folder, name), { recursive: true, force: true });
    for (const [path, text] of Object.entries(records)) {
      const file = join(folder, name, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
  }
  const args = ['diff', '--no-index', '--no-color', '--no-ext-diff', '--no-renames', '--unified=0', 'base', 'here'];
  return differenceLines(grouped(spawnSync('git', args, { cwd: folder, encoding: 'utf8' }).stdout));
};

const page = `pages/${recordName('/devices?sort=name')}`;
const recorded = {
  [`${page}/viewer.en`]: '<h1>\nDevices\n',
  [`${page}/viewer.ru`]: '<h1>\nУстройства\n',
  [`posts/${recordName('/updates/decide update action=approve')}`]: '/updates/decide\nempty: update=&action=approve\n',
  'help/sallyport device list': 'Lists devices.\n',
};

describe('a comparison of two recordings', () => {
  it('is silent about what is equal', () =>
    expect(compared(recorded, recorded)).toBe('0 differences in 0 records\n\n'));

  it('names the page, the role and the language of a changed word', () => {
    const text = compared(recorded, { ...recorded, [`${page}/viewer.ru`]: '<h1>\nКомпьютеры\n' });
    expect(text).toContain('pages//devices?sort=name/viewer.ru\n    -Устройства\n    +Компьютеры\n');
    expect(text).not.toContain('viewer.en');
  });

  it('names the form whose field has another name', () => {
    const name = Object.keys(recorded)[2] ?? '';
    const text = compared(recorded, {
      ...recorded,
      [name]: '/updates/decide\nempty: updates=&action=approve\n',
    });
    expect(text).toContain('posts//updates/decide update action=approve\n    -empty: update=&action=approve\n');
  });

  it('names the command whose help says otherwise, one that is gone and one that is new', () => {
    const { 'help/sallyport device list': _help, ...rest } = recorded;
    expect(compared(recorded, { ...recorded, 'help/sallyport device list': 'Lists all.\n' })).toContain(
      'help/sallyport device list\n    -Lists devices.\n    +Lists all.\n',
    );
    expect(compared(recorded, rest)).toContain('help/sallyport device list\n    - a record that is gone\n');
    expect(compared(rest, recorded)).toContain(
      'help/sallyport device list\n    + a record that the other does not have\n',
    );
  });

  it('has one change of many records once', () => {
    const many = (word: string) =>
      Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`pages/${n}/viewer.en`, `<p>\n${word}\n`]));
    const text = compared(many('Log out'), many('Sign out'));
    expect(text).toMatch(/^1 differences in 40 records\n/);
    expect(text).toContain('… and 32 more\n');
  });
});

describe('what is recorded of a page', () => {
  it('has its tags on lines of their own, attributes by name, without what is drawn anew', () => {
    const token = 'a'.repeat(43);
    const html = `<p  id="x"\n class='b'>Two\n words</p><input value="${token}" name="csrf">`;
    expect(withoutDrawn(normalHtml(html), () => false)).toBe(
      `<p class='b' id="x">\nTwo words\n</p>\n<input name="csrf" value="#1">`,
    );
    expect(withoutDrawn(token, () => true)).toBe(token);
  });

  it('has each button of a form as a form, with what it would send, but no token and no password', () => {
    const html = `
      <form method="get" action="/devices"><input name="q"></form>
      <form method="post" action="/x" enctype="multipart/form-data">
        <input type="hidden" name="csrf" value="t"><input name="step-up" type="password">
        <input name="a" value="1 &amp; 2"><input type="checkbox" name="b"><input type="checkbox" name="c" checked value="y">
        <select name="d"><option value="1"><option value="2" selected></select><textarea name="e">text</textarea>
        <input type="file" name="table"><button name="action" value="save">s</button><button formaction="/y">t</button>
      </form>`;
    const fields = [
      ['a', '1 & 2'],
      ['c', 'y'],
      ['d', '2'],
      ['e', 'text'],
    ];
    expect(formsOf(html)).toEqual([
      { action: '/x', fields, submit: ['action', 'save'], file: 'table' },
      { action: '/y', fields, submit: ['', ''], file: 'table' },
    ]);
    expect(linksOf('<a href="/a?b=1&amp;c=2#d">')).toEqual(['/a?b=1&c=2']);
  });

  it('belongs to one declared address', () => {
    const places = placesOf(paths);
    expect(places.pageOf(paths.device('x'))).toBe(places.pageOf(paths.device('y')));
    expect(places.pageOf(paths.devices({ q: 'x' }))).not.toBe(places.pageOf(paths.devices()));
    expect(places.postOf(paths.object('group', 'x'))).toBe(paths.object.pattern);
    expect(places.posts.length).toBeGreaterThan(100);
  });

  it('has a name that a file system takes, of its own', () => {
    const long = `/devices?q=${'ж'.repeat(300)}`;
    expect(recordName(long).length).toBeLessThan(255);
    expect(recordName(long)).not.toBe(recordName(`${long}x`));
    expect(() => decodeURIComponent(recordName(long))).not.toThrow();
  });
});
