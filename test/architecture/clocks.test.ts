import { describe, expect, it } from 'vitest';
import { codeOnly, sourceFiles } from '../support/sources.ts';
import { endingReaders, steadyReaders, wallReaders } from './clock-readers.ts';

// Decision 091: everything of the appliance that is stamped or ends takes the time that counts (platform/site-clock.ts). Who reads
// the computer's own clock, or a clock that only runs, stands in a list with the reason; who ends something, with the clock.

type Source = { path: string; text: string };
const root = 'appliance/src/';
const sources: Source[] = sourceFiles('appliance')
  .filter(({ path }) => path.startsWith(root) && !/\.test\.tsx?$/.test(path))
  .map(({ path, text }) => ({ path: path.slice(root.length), text: codeOnly(text) }));

/** A default for tests of a service alone; what `compose` makes is given the time that counts (below). */
const withoutDefaults = (text: string): string =>
  text
    .replaceAll(/^import [^;]*;$/gm, '')
    .replaceAll(/\?\? nowMs\b/g, '')
    .replaceAll(/\bclock(?:: \(\) => number)? = nowMs\b/g, '');

/** Calls the computer's clock, or hands it on. */
const readsWall = ({ text }: Source): boolean =>
  /^import \{[^}]*\bnowMs\b[^}]*\} from/m.test(text) &&
  /(?<![.\w])nowMs\(\)|(?<![.\w])nowMs\b(?=[,)\s]*[,})])|: nowMs\b/.test(withoutDefaults(text));
const readsOther = ({ text }: Source): boolean => /\bDate\.now\(|\bnew Date\(\)|unixepoch\('|'now'\)/.test(text);
const readsSteady = ({ text }: Source): boolean => /\b(?:steadyMs|bootMs|performance\.now)\(\)/.test(text);

const now = String.raw`(?:\b(?:clock|now|nowMs|ran)\(\)|\bnowIn\(\w[\w.]*\)|\btime\.(?:now|ran|wall)\(\)|\b(?:deps|parts|options)\.clock\(\)|\bsite_now\(\))`;
/** Compares the present with a time, or reckons a time before it: what is older ends. */
const ending = new RegExp(`[<>]=?\\s*\\(?${now}|${now}\\s*(?:[<>]|-)|Math\\.(?:max|min|abs)\\([^()]*${now}`);
const endsSomething = ({ text }: Source): boolean => ending.test(withoutDefaults(text).replaceAll(/=>/g, ''));

const clockOf = (source: Source): string => {
  if (/\bran\(\)/.test(source.text)) return 'boot';
  if (readsWall(source) || /\btime\.wall\(\)/.test(source.text)) return 'wall';
  return readsSteady(source) && !/\bclock\(\)|\bnowIn\(/.test(source.text) ? 'steady' : 'believed';
};

const named = (found: Source[]): string[] => found.map(({ path }) => path).sort();

describe('a clock', () => {
  it('of the computer is read by who is listed with the reason, and by nothing else', () => {
    expect(named(sources.filter(readsWall))).toEqual(Object.keys(wallReaders).sort());
    expect(named(sources.filter(readsOther))).toEqual([]);
  });

  it('that only runs measures what is listed with the reason', () => {
    expect(named(sources.filter(readsSteady))).toEqual(Object.keys(steadyReaders).sort());
  });

  it('by which something ends is the one that stands in the list', () => {
    const found = Object.fromEntries(sources.filter(endsSomething).map((one) => [one.path, clockOf(one)]));
    expect(found).toEqual(Object.fromEntries(Object.entries(endingReaders).map(([path, [clock]]) => [path, clock])));
  });

  it('of second factors is the one of the computer, as the devices with the codes have it', () => {
    const accounts = sources.find(({ path }) => path === 'features/accounts/service.ts')?.text ?? '';
    expect(accounts).toMatch(/secondFactor\(\{[^}]*clock: parts\.wall \?\? clock/);
    expect(sources.find(({ path }) => path === 'compose.ts')?.text).toMatch(/wall: time\.wall,/);
  });

  it('that ends something and is not listed is found', () => {
    const planted = {
      path: 'features/new/service.ts',
      text: "import { nowMs } from '@sallyport/bundle-tools/platform/ambient';\nconst isOver = until <= nowMs();",
    };
    expect([endsSomething(planted), readsWall(planted), clockOf(planted)]).toEqual([true, true, 'wall']);
    const other = { path: 'features/new/service.ts', text: 'const trim = () => store.trim(clock() - keptMs);' };
    expect([endsSomething(other), readsWall(other), clockOf(other)]).toEqual([true, false, 'believed']);
  });

  it('is given to every service that takes one', () => {
    const taking = sources.flatMap(({ path, text }) => {
      const made = /export (?:const|function) (\w+)[\s\S]{0,400}?parts\.clock \?\? nowMs/.exec(text);
      const short = /export const (\w+) = \(\{[^}]*\bclock = nowMs/.exec(text);
      const name = made?.[1] ?? short?.[1];
      // The authority is made before there is a site.
      return name === undefined || name === 'initCa' ? [] : [{ path, name }];
    });
    expect(taking.length).toBeGreaterThan(15);
    const wiring = sources.filter(({ path }) =>
      /^(?:compose|controller-wiring|entry-parts|console|init|server\/http-app)\.tsx?$/.test(path),
    );
    const missing = taking.filter(({ name }) =>
      wiring.some(({ text }) =>
        [...text.matchAll(new RegExp(`\\b${name}\\(\\{`, 'g'))].some(({ index }) => {
          const rest = text.slice(index);
          let depth = 0;
          let end = 0;
          for (let at = 0; at < rest.length; at += 1) {
            const letter = rest[at];
            if (letter === '{') depth += 1;
            if (letter === '}') depth -= 1;
            if (letter === '}' && depth === 0) {
              end = at;
              break;
            }
          }
          return !/\bclock\b|\.\.\.over\b/.test(rest.slice(0, end));
        }),
      ),
    );
    expect(missing).toEqual([]);
  });
});
