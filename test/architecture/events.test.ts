import { describe, expect, it } from 'vitest';
import { allEvents } from '../../appliance/src/all-events.ts';
import { type SourceFile, sourceFiles } from '../support/sources.ts';

// What nobody records is no event: a person who waits for it, or a rule over it, would wait for ever.

/** Names that a source says, whole or as a template with parts. */
const saidIn = ({ text }: SourceFile): ((name: string) => boolean) => {
  const templates = [...text.matchAll(/`((?:[a-z-]|\$\{[^}`]*\})+)`/g)]
    .map(([, template = '']) => template.split(/\$\{[^}]*\}/))
    .filter((parts) => parts.length > 1 && parts.some((part) => part.length > 3));
  const fits = (name: string, parts: readonly string[]): boolean =>
    name.startsWith(parts[0] ?? '') && name.endsWith(parts.at(-1) ?? '') && parts.every((part) => name.includes(part));
  return (name) => text.includes(`'${name}'`) || templates.some((parts) => fits(name, parts));
};

const unrecorded = (names: readonly string[], sources: readonly SourceFile[]): string[] => {
  const said = sources.map(saidIn);
  return names.filter((name) => !said.some((has) => has(name)));
};

const sources = sourceFiles('appliance').filter(
  ({ path }) => path.startsWith('appliance/src/') && !/\.test\.tsx?$|\/(?:appliance-)?events\.ts$/.test(path),
);

const names = Object.keys(allEvents);

describe('events', () => {
  it('are recorded by somebody', () => {
    expect(names.length).toBeGreaterThan(100);
    expect(unrecorded(names, sources), 'declared, and no source calls events.record with it').toEqual([]);
  });

  it('that nobody records are found', () => {
    const text = ['record(`state-return-', '{what}`);'].join('$');
    const planted = { path: 'a.ts', text, imports: [], imported: [] };
    expect(unrecorded(['state-return-asked', 'disk-is-round'], [planted])).toEqual(['disk-is-round']);
  });
});
