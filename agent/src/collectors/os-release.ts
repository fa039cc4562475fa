import type { RootFiles } from '../platform/root-files.ts';

const unquote = (value: string): string => {
  const quoted = /^(["'])(.*)\1$/.exec(value.trim());
  return quoted === null ? value.trim() : (quoted[2] ?? '').replace(/\\(["'$`\\])/g, '$1');
};

/** The assignments of an os-release file. */
export const parseOsRelease = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .map((line) => /^([A-Z][A-Z0-9_]*)=(.*)$/.exec(line))
      .filter((match) => match !== null)
      .map((match) => [match[1] ?? '', unquote(match[2] ?? '')]),
  );

/** The root's os-release. */
export const osRelease = (files: RootFiles): Record<string, string> =>
  parseOsRelease(files.text('etc/os-release') ?? files.text('usr/lib/os-release') ?? '');
