import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { reach } from './access.ts';
import type { Place } from './kinds.ts';

const input: Place = { path: '/root/in', kind: 'input', beside: ['custody', '../objects'] };
const output: Place = { path: '/srv/out/plant.spb', kind: 'output' };
const reached = (path: string, ...places: Place[]): string | undefined => {
  const found = reach(places, path);
  return found === undefined ? undefined : `${found.from} ${found.below.join('/')}${found.isAbove ? ' above' : ''}`;
};

describe('a path', () => {
  it('belongs to the place that was named, to what lies below, and to what is said to lie beside', () => {
    expect(reached('/root/in', input)).toBe('/root/in ');
    expect(reached('/root/in/a/b', input)).toBe('/root/in a/b');
    expect(reached('/root/custody/x', input)).toBe('/root/custody x');
    expect(reached('/objects/aa', input)).toBe('/objects aa');
    for (const path of ['/root', '/', '/root/inner', '/root/other', '/root/in.tmp', '/root/custody2'])
      expect(reached(path, input), path).toBeUndefined();
  });

  it('of a file to write belongs to it where it is made on its way, and so do the folders above, to be made', () => {
    expect(reached('/srv/out/.plant.spb.0123456789ab.tmp', output)).toBe('/srv/out/.plant.spb.0123456789ab.tmp ');
    expect(reached('/srv/out/plant.spb.pub', output)).toBe('/srv/out/plant.spb.pub ');
    expect(reached('/srv/out', output)).toBe('/srv/out  above');
    for (const path of ['/srv/out/other', '/srv/other', '/srv/out/plant2.spb', '/root/.ssh/authorized_keys'])
      expect(reached(path, output), path).toBeUndefined();
  });

  it('never belongs to a place above which it lies', () => {
    const name = fc.stringMatching(/^[a-z.]{1,6}$/).filter((one) => !/^\.{1,2}$/.test(one));
    const names = fc.array(name, { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(
        names,
        names,
        fc.constantFrom('input' as const, 'output' as const, 'medium' as const),
        (at, other, kind) => {
          const [place, path] = [`/${at.join('/')}`, `/${other.join('/')}`];
          const found = reach([{ path: place, kind }], path);
          if (found === undefined || found.isAbove) return;
          const folder = place.slice(0, place.lastIndexOf('/') + 1);
          const file = place.slice(folder.length);
          expect([file, `.${file}.`].some((beginning) => path.startsWith(`${folder}${beginning}`))).toBe(true);
        },
      ),
    );
  });
});
