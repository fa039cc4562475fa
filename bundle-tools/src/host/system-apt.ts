import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// Reads this computer's own apt sources (sources.list(5)): one-line `deb [options] uri suite components` and deb822
// stanzas. Sources without a signature that we can check are left out and named.

/** An apt source of this computer whose signature can be checked. */
export type SystemAptSource = {
  readonly uri: string;
  readonly suites: ReadonlyArray<string>;
  readonly components: ReadonlyArray<string>;
  readonly keyrings: ReadonlyArray<string>;
};

/** What was found, and what was left out and why. */
export type SystemApt = {
  readonly found: ReadonlyArray<SystemAptSource>;
  readonly skipped: ReadonlyArray<{ entry: string; reason: string }>;
};

type Entry = {
  types: string[];
  uris: string[];
  suites: string[];
  components: string[];
  signedBy: string[];
  trusted: boolean;
  enabled: boolean;
};

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');

const parseStanzas = (text: string): Entry[] =>
  text
    .split(/\n(?:[ \t]*\n)+/)
    .map((block) => {
      const fields = new Map<string, string>();
      let last = '';
      for (const line of block.split('\n')) {
        if (line.startsWith('#') || line.trim() === '') continue;
        if (/^[ \t]/.test(line)) fields.set(last, `${fields.get(last) ?? ''}\n${line.trim()}`);
        else {
          last = line.slice(0, line.indexOf(':')).trim().toLowerCase();
          fields.set(last, line.slice(line.indexOf(':') + 1).trim());
        }
      }
      return {
        types: words(fields.get('types')),
        uris: words(fields.get('uris')),
        suites: words(fields.get('suites')),
        components: words(fields.get('components')),
        signedBy: words(fields.get('signed-by')),
        trusted: /^(yes|true)$/i.test(fields.get('trusted') ?? ''),
        enabled: !/^(no|false)$/i.test(fields.get('enabled') ?? ''),
      };
    })
    .filter((entry) => entry.types.length > 0);

const parseLines = (text: string): Entry[] =>
  text.split('\n').flatMap((line) => {
    const match = /^\s*(deb(?:-src)?)\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)\s*(.*)$/.exec(line.replace(/#.*$/, ''));
    if (match === null) return [];
    const options = new Map(
      words(match[2]).map((word) => [word.split('=')[0] ?? '', word.split('=').slice(1).join('=')]),
    );
    return [
      {
        types: [match[1] ?? ''],
        uris: [match[3] ?? ''],
        suites: [match[4] ?? ''],
        components: words(match[5]),
        signedBy: (options.get('signed-by') ?? '').split(',').filter((path) => path !== ''),
        trusted: /^(yes|true)$/i.test(options.get('trusted') ?? ''),
        enabled: true,
      },
    ];
  });

const listFiles = (folder: string, ending: RegExp): string[] =>
  existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => ending.test(name))
        .sort()
        .map((name) => join(folder, name))
    : [];

/** Reads the apt configuration under `etc` (normally `/etc/apt`). */
export const readSystemApt = (etc: string): SystemApt => {
  const lists = [join(etc, 'sources.list'), ...listFiles(join(etc, 'sources.list.d'), /\.list$/)].filter((path) =>
    existsSync(path),
  );
  const entries = [
    ...lists.flatMap((path) => parseLines(readFileSync(path, 'utf8'))),
    ...listFiles(join(etc, 'sources.list.d'), /\.sources$/).flatMap((path) => parseStanzas(readFileSync(path, 'utf8'))),
  ];
  const common = [join(etc, 'trusted.gpg'), ...listFiles(join(etc, 'trusted.gpg.d'), /\.(gpg|asc|pgp)$/)].filter(
    (path) => existsSync(path),
  );
  const found: SystemAptSource[] = [];
  const skipped: { entry: string; reason: string }[] = [];
  for (const entry of entries) {
    const label = `${entry.uris.join(' ')} ${entry.suites.join(' ')}`;
    if (!entry.enabled || !entry.types.includes('deb')) continue;
    const keyrings = entry.signedBy.length > 0 ? entry.signedBy : common;
    const uris = entry.uris.filter((uri) => /^https?:\/\//.test(uri));
    if (entry.trusted) skipped.push({ entry: label, reason: 'is marked as trusted without a signature' });
    else if (uris.length === 0) skipped.push({ entry: label, reason: 'is not at an http or https address' });
    else if (entry.suites.some((suite) => suite.endsWith('/')))
      skipped.push({ entry: label, reason: 'is a flat repository' });
    else if (keyrings.length === 0 || keyrings.some((path) => !path.startsWith('/') || !existsSync(path)))
      skipped.push({ entry: label, reason: 'names no keyring file that is here' });
    else for (const uri of uris) found.push({ uri, suites: entry.suites, components: entry.components, keyrings });
  }
  return { found, skipped };
};

/** The http proxy that apt is configured with, if any. */
export const systemAptProxy = (): string | undefined => {
  const answer = spawnSync('apt-config', ['shell', 'proxy', 'Acquire::http::Proxy'], {
    encoding: 'utf8',
    timeout: 10_000,
  });
  const value = /^proxy='(https?:\/\/[^']+)'$/m.exec(answer.stdout ?? '')?.[1];
  return value === undefined || value === 'DIRECT' ? undefined : value;
};
