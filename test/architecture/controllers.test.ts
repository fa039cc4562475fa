import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { sourceFiles } from '../support/sources.ts';

// Sallyport never writes to a controller (OT 1.2). Firmware is handed to people: whatever holds a file of it reaches no
// wire, and whatever speaks to controllers reaches no file of firmware.

const production = new Map(
  sourceFiles('bundle-tools', 'appliance', 'agent')
    .filter(({ path }) => !/\.test\.tsx?$/.test(path) && !/^[a-z-]+\/test\//.test(path))
    .map((file) => [file.path, file]),
);

/** The file that a specifier names, from the file that has it. */
const resolve = (from: string, specifier: string): string | undefined => {
  if (specifier.startsWith('.')) return normalize(join(dirname(from), specifier));
  const found = /^@sallyport\/([^/]+)\/(.+)$/.exec(specifier);
  return found === null ? undefined : `${found[1]}/src/${found[2]}.ts`;
};

/** What a statement brings at run time: types are gone by then. */
const runtimeImports = (text: string): string[] =>
  [...text.matchAll(/^(?:import|export)\s+(?!type\b)[^;]*?from\s+'([^']+)';/gms)].flatMap((match) => match[1] ?? []);

const reach = (start: string): Set<string> => {
  const seen = new Set<string>();
  const open = [start];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (seen.has(path)) continue;
    seen.add(path);
    const file = production.get(path);
    if (file === undefined) continue;
    for (const specifier of runtimeImports(file.text)) open.push(resolve(path, specifier) ?? specifier);
  }
  return seen;
};

const wire =
  /^node:(net|dgram|tls|http|https|http2|child_process)$|platform\/connect\.ts$|controllers\/protocols\/|features\/identification\//;
/** Pages and routes reach everything, by way of the server; what they call is looked at. */
const isFace = (path: string): boolean => /\/(?:[a-z-]+-)?(?:pages|routes|operations|panel|view)\.tsx?$/.test(path);
const holders = [...production.keys()].filter(
  (path) => /features\/controller-firmware\/[^/]+\.ts$/.test(path) && !isFace(path),
);
// The job's file opens the whole appliance and hands one part of it on; that part is looked at.
const speakers = [...production.keys()].filter(
  (path) =>
    /controllers\/protocols\/|features\/identification\/|actions\/identify-controllers/.test(path) && !isFace(path),
);

describe('controllers are never written to', () => {
  it('finds who holds firmware and who speaks to controllers', () => {
    expect(holders.length).toBeGreaterThan(1);
    expect(speakers.length).toBeGreaterThan(10);
    expect(reach('bundle-tools/src/platform/connect.ts').size).toBeGreaterThan(1);
  });

  it('a file of firmware has no way to a wire', () => {
    for (const holder of holders)
      expect([holder, [...reach(holder)].filter((path) => wire.test(path))]).toEqual([holder, []]);
  });

  it('whoever speaks to controllers has no way to a file of firmware, nor to the store of objects', () => {
    for (const speaker of speakers)
      expect([
        speaker,
        [...reach(speaker)].filter((path) =>
          /features\/controller-firmware|updates\/sources\/firmware|engine\/store\//.test(path),
        ),
      ]).toEqual([speaker, []]);
  });
});
