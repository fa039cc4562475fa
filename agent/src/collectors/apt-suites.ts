import type { RootFiles } from '../platform/root-files.ts';

// The suites that a device takes packages from: one-line `.list` files and deb822 `.sources` files.

const maxSuites = 100;

const ofList = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.replace(/#.*$/, '').trim())
    .map((line) => /^deb\s+(?:\[[^\]]*\]\s+)?\S+\s+(\S+)/.exec(line)?.[1])
    .filter((suite) => suite !== undefined);

const stanzaFields = (stanza: string): Map<string, string> => {
  const fields = new Map<string, string>();
  let current = '';
  for (const line of stanza.split('\n')) {
    if (line.startsWith('#')) continue;
    if (/^[ \t]/.test(line)) {
      fields.set(current, `${fields.get(current) ?? ''} ${line.trim()}`);
      continue;
    }
    const colon = line.indexOf(':');
    if (colon <= 0) continue;
    current = line.slice(0, colon).toLowerCase();
    fields.set(current, line.slice(colon + 1).trim());
  }
  return fields;
};

const ofSources = (text: string): string[] =>
  text.split(/\n\s*\n/).flatMap((stanza) => {
    const fields = stanzaFields(stanza);
    const words = (name: string) => (fields.get(name) ?? '').split(/\s+/).filter((word) => word !== '');
    if (!words('types').includes('deb') || /^(?:no|false|off|0)$/i.test(fields.get('enabled') ?? '')) return [];
    return words('suites');
  });

/** Suites of all enabled sources, sorted, each once. A flat repository (`./`) has no suite. */
export const aptSuites = (files: RootFiles): string[] => {
  const folder = 'etc/apt/sources.list.d';
  const suites = [
    ...ofList(files.text('etc/apt/sources.list') ?? ''),
    ...files.names(folder).flatMap((name) => {
      const text = files.text(`${folder}/${name}`) ?? '';
      if (name.endsWith('.list')) return ofList(text);
      return name.endsWith('.sources') ? ofSources(text) : [];
    }),
  ];
  return [...new Set(suites)]
    .filter((suite) => !suite.endsWith('/') && suite.length <= 100)
    .sort()
    .slice(0, maxSuites);
};
