import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { openReplace, type ReplaceFiles } from './order.ts';
import { replaceAgent } from './replace.ts';
import type { Packager } from './types.ts';

let folder = '';
let files: ReplaceFiles;
const order = { task: 'a'.repeat(32), version: '0.3.0', file: '/next.deb', startedMs: 0 };

beforeEach(() => {
  folder = ownFolder('replace');
  files = openReplace(folder);
  files.begin(order);
});

/** A packager that notes what is installed. */
const played = (over: Partial<Packager> = {}) => {
  const seen = { installed: '0.2.0' };
  const packager: Packager = {
    keep: () => Promise.resolve(undefined),
    install: () => {
      seen.installed = '0.3.0';
      return Promise.resolve(undefined);
    },
    version: () => Promise.resolve(seen.installed),
    putBack: () => {
      seen.installed = '0.2.0';
      return Promise.resolve(undefined);
    },
    ...over,
  };
  return { packager, seen };
};
const never = 900_000;

describe('a release that takes the place of the agent', () => {
  it('stays once the appliance has answered it', async () => {
    const { packager, seen } = played();
    const ended = replaceAgent(files, packager, never);
    // The old release may be answered a last time; that is no sign of the new one.
    openReplace(folder).noteHeard('0.2.0');
    openReplace(folder).noteHeard('0.3.0');
    expect(await ended).toBe('replaced');
    expect([seen.installed, files.outcome()?.state]).toEqual(['0.3.0', 'replaced']);
    expect(await replaceAgent(files, packager, never)).toBe('nothing');
  });

  it('is taken back when the appliance never hears of it, and the outcome says so', async () => {
    const { packager, seen } = played();
    expect(await replaceAgent(files, packager, 0)).toBe('went-back');
    expect(seen.installed).toBe('0.2.0');
    expect(files.outcome()?.output).toContain('did not hear of 0.3.0');
  });

  it('is taken back at once when it does not start, is another one, or was not installed whole', async () => {
    for (const over of [
      { version: () => Promise.resolve('cannot execute') },
      { version: () => Promise.resolve('0.4.0') },
      { install: () => Promise.resolve('dpkg ended with 1') },
    ]) {
      files.begin(order);
      const { packager, seen } = played(over);
      expect(await replaceAgent(files, packager, never)).toBe('went-back');
      expect(seen.installed).toBe('0.2.0');
    }
  });

  it('is not put in place where the one before cannot be kept', async () => {
    const { packager, seen } = played({ keep: () => Promise.resolve('no room') });
    expect(await replaceAgent(files, packager, never)).toBe('failed');
    expect(seen.installed).toBe('0.2.0');
  });

  it('is failed, not back, where the one before cannot be put back', async () => {
    const { packager } = played({ putBack: () => Promise.resolve('dpkg ended with 2') });
    expect(await replaceAgent(files, packager, 0)).toBe('failed');
    expect(files.outcome()?.output).toContain('not put back: dpkg ended with 2');
  });
});
