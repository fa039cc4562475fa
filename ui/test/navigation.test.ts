import { describe, expect, it } from 'vitest';
import { placeOf, workspaces } from '../src/frame/navigation.ts';
import { catalogue, wordsOf } from '../src/i18n/catalogue.ts';
import { langs } from '../src/i18n/types.ts';
import { paths } from '../src/paths.ts';

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
    expect(patterns.filter((pattern) => placeOf(pattern) === undefined)).toEqual([]);
  });

  it('has five workspaces, at most five tabs beside each other, and each address once', () => {
    expect(workspaces).toHaveLength(5);
    expect(entries.filter(({ tabs = [] }) => tabs.length > 5)).toEqual([]);
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
