import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../support/sources.ts';

// What the makers of packages do with these files is seen by `make release-test`; here is what they must not be given.

const read = (...parts: string[]): string => readFileSync(join(repositoryRoot, ...parts), 'utf8');

describe('packages', () => {
  it('order no action of the installer by Before, which wixl numbers at random', () => {
    const wxs = read('packaging/windows/sallyport-agent.wxs');
    expect(wxs.match(/<Custom .*/g)?.length).toBeGreaterThan(0);
    expect(wxs.match(/<Custom [^>]*\bBefore=.*/g)).toBeNull();
  });

  it('have units that start their own programs, or the shell', () => {
    const units = readdirSync(join(repositoryRoot, 'systemd')).filter((name) => name.endsWith('.service'));
    const started = units.flatMap((name) =>
      [...read('systemd', name).matchAll(/^Exec\w+=[-+!@:]*(\S+)/gm)].map(([, program = '']) => program),
    );
    expect(started.length).toBeGreaterThan(units.length);
    expect(started.filter((program) => !/^\/opt\/sallyport|^\/usr\/bin\/sallyport|^\/bin\/sh$/.test(program))).toEqual(
      [],
    );
  });
});
