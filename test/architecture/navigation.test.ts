import { placeOf, workspaces } from '@sallyport/ui/frame/navigation';
import { catalogue, wordsOf } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { describe, expect, it } from 'vitest';

const entries = workspaces.flatMap((workspace) => workspace.entries);

/** Pages of the person, of the session, of help and search: they stand in the bar. */
const inTheBar = /^\/(me|login|first|help|search|preferences|logout)(\/|$)/;
const isFile = /\.csv$|\/file$/;

describe('the navigation', () => {
  it('has a place for every page', () => {
    const kinds = Object.keys(wordsOf('en')).flatMap((key) => /^kind\.([a-z-]+)\.title$/.exec(key)?.[1] ?? []);
    const patterns = Object.values(paths)
      .filter(({ needs, pattern }) => 'GET' in needs && !inTheBar.test(pattern) && !isFile.test(pattern))
      .flatMap(({ pattern }) =>
        pattern.includes(':kind') ? kinds.map((kind) => pattern.replace(':kind', kind)) : pattern,
      );
    expect(patterns.length).toBeGreaterThan(200);
    expect(
      patterns.filter((pattern) => placeOf(pattern) === undefined),
      'make it an entry or a tab of ui/src/frame/navigation.ts, or name its beginning in `under` of the one that leads to it',
    ).toEqual([]);
  });

  it('has five workspaces, at most five tabs beside each other, and each address once', () => {
    expect(workspaces).toHaveLength(5);
    expect(
      entries.filter(({ tabs = [] }) => tabs.length > 5).map(({ key }) => key),
      'an entry is full: choose another, or link the page from one',
    ).toEqual([]);
    const hrefs = entries.flatMap(({ href, tabs }) => (tabs ?? [{ href }]).map((tab) => tab.href));
    expect(hrefs.filter((href, at) => hrefs.indexOf(href) !== at)).toEqual([]);
  });

  it('knows which entry and which tab a page is, whatever its filter', () => {
    for (const entry of entries)
      for (const tab of entry.tabs ?? []) expect(placeOf(`${tab.href}?q=1`)).toMatchObject({ entry, tab, isTab: true });
    expect(placeOf(paths.controllerFinding('x'))).toMatchObject({ entry: { key: 'vulnerabilities' }, isTab: false });
    expect(placeOf(paths.object('maintenance-window', 'x'))?.entry.key).toBe('calendar');
    expect(placeOf('/nothing')).toBeUndefined();
  });

  it('names no two things of a workspace alike, in each language', () => {
    for (const lang of langs) {
      const { tDynamic } = catalogue(lang);
      for (const workspace of workspaces) {
        const names = workspace.entries.map(({ label }) => tDynamic(label));
        expect(names.filter((name, at) => names.indexOf(name) !== at)).toEqual([]);
      }
    }
  });
});
