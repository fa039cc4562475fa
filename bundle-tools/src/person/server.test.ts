import {
  chmodSync,
  constants,
  existsSync,
  lchownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { HandedKind } from './kinds.ts';
import { personServer } from './server.ts';

// The part that keeps the person's rights, asked as a command asks that somebody took over.

const { O_RDONLY, O_WRONLY, O_CREAT, O_EXCL, O_TRUNC, O_RDWR } = constants;

describe('what is named by a person', () => {
  let base: string;
  const at = (...parts: string[]): string => join(base, ...parts);
  beforeEach(() => {
    base = mkdtempSync(join(tmpdir(), 'person-'));
    for (const folder of ['in/sub', 'out', 'closed']) mkdirSync(at(folder), { recursive: true });
    for (const file of ['in/file', 'in/sub/file', 'out/old', 'closed/secret']) writeFileSync(at(file), file);
  });
  afterEach(() => rmSync(base, { recursive: true, force: true }));

  const serve = (path: string, kind: HandedKind, replace = false) => {
    const server = personServer([{ path, kind }], replace);
    const open = (name: string, flags = O_RDONLY): number =>
      server.answer({ act: 'open', path: name, flags, mode: 0o600 }, new Uint8Array()).answer as number;
    return {
      open,
      text: (name: string): string => {
        const { bytes = new Uint8Array() } = server.answer(
          { act: 'read', fd: open(name), position: 0, bytes: 100 },
          new Uint8Array(),
        );
        return Buffer.from(bytes).toString();
      },
      write: (name: string, text: string, flags = O_WRONLY | O_CREAT | O_EXCL): void => {
        const fd = open(name, flags);
        server.answer({ act: 'write', fd, position: null }, Buffer.from(text));
        server.answer({ act: 'close', fd }, new Uint8Array());
      },
      rename: (from: string, to: string, isNew = false) =>
        server.answer({ act: 'rename', from, to, isNew }, new Uint8Array()),
      remove: (path: string) => server.answer({ act: 'remove', path, isFolder: false }, new Uint8Array()),
      list: (path: string) =>
        (server.answer({ act: 'list', path }, new Uint8Array()).answer as [string, string][])
          .map(([name]) => name)
          .sort(),
      close: server.close,
    };
  };

  it('is read with all below it, and nothing else is', () => {
    const server = serve(at('in'), 'input');
    expect([server.text(at('in/file')), server.text(at('in/sub/file')), server.list(at('in'))]).toEqual([
      'in/file',
      'in/sub/file',
      ['file', 'sub'],
    ]);
    for (const path of [at('closed/secret'), at('out/old'), at('in', '..', 'closed', 'secret'), '/etc/passwd'])
      expect(() => server.open(path), path).toThrow('EACCES');
    for (const flags of [O_WRONLY, O_RDWR, O_WRONLY | O_CREAT, O_RDONLY | O_TRUNC, O_RDONLY | O_CREAT])
      expect(() => server.open(at('in/new'), flags)).toThrow('EACCES');
    expect(() => server.remove(at('in/file'))).toThrow('EACCES');
    server.close();
  });

  it('leads to no other place by a link at any component below it', () => {
    const server = serve(at('in'), 'input');
    for (const [link, to] of [
      ['file', 'closed/secret'],
      ['sub', 'closed'],
    ] as const) {
      rmSync(at('in', link), { recursive: true });
      symlinkSync(at(to), at('in', link));
    }
    expect(() => server.text(at('in/file'))).toThrow('ELOOP');
    expect(() => server.text(at('in/sub/secret'))).toThrow('ELOOP');
    expect(() => server.list(at('in/sub'))).toThrow('ELOOP');
    server.close();
  });

  it('is reached by a link of the person’s own and by none that another could have laid', (context) => {
    symlinkSync(at('in'), at('mine'));
    expect(serve(at('mine'), 'input').text(at('mine/file'))).toBe('in/file');
    if (process.getuid?.() !== 0) return context.skip('takes root, to lay a link of another user');
    lchownSync(at('mine'), 64_999, 64_999);
    expect(() => serve(at('mine'), 'input').text(at('mine/file'))).toThrow('ELOOP');
    lchownSync(at('mine'), 0, 0);
    chmodSync(base, 0o777);
    expect(() => serve(at('mine'), 'input').text(at('mine/file'))).toThrow('ELOOP');
    return undefined;
  });

  it('is written whole under its name, over nothing that was there', () => {
    const server = serve(at('out/new'), 'output');
    server.write(at('out/.new.0123456789ab.tmp'), 'whole');
    server.rename(at('out/.new.0123456789ab.tmp'), at('out/new'), true);
    expect(readFileSync(at('out/new'), 'utf8')).toBe('whole');
    const other = serve(at('out/old'), 'output');
    for (const flags of [
      O_WRONLY,
      O_WRONLY | O_TRUNC,
      O_RDWR,
      O_WRONLY | O_CREAT | O_TRUNC,
      O_WRONLY | O_CREAT | O_EXCL,
    ])
      expect(() => other.open(at('out/old'), flags)).toThrow('EEXIST');
    other.write(at('out/.old.0123456789ab.tmp'), 'other');
    for (const isNew of [true, false])
      expect(() => other.rename(at('out/.old.0123456789ab.tmp'), at('out/old'), isNew)).toThrow('EEXIST');
    expect(() => other.remove(at('out/old'))).toThrow('EEXIST');
    expect(readFileSync(at('out/old'), 'utf8')).toBe('out/old');
    const replacing = serve(at('out/old'), 'output', true);
    replacing.write(at('out/.old.0123456789ac.tmp'), 'replaced');
    replacing.rename(at('out/.old.0123456789ac.tmp'), at('out/old'));
    expect(readFileSync(at('out/old'), 'utf8')).toBe('replaced');
  });

  it('gives no way to hidden names, to what others made, or beside what was named', () => {
    const server = serve(at('out'), 'output');
    for (const name of ['.ssh', '.profile', '.bashrc'])
      expect(() => server.write(at('out', name), 'x'), name).toThrow('EACCES');
    server.write(at('out/file'), 'x');
    expect(() => server.rename(at('out/file'), at('out/.profile'))).toThrow('EACCES');
    expect(() => server.rename(at('out/old'), at('out/moved'))).toThrow('EACCES');
    expect(() => server.write(at('in/new'), 'x')).toThrow('EACCES');
    symlinkSync(at('closed'), at('out/way'));
    expect(() => server.write(at('out/way/new'), 'x')).toThrow('ELOOP');
    symlinkSync(at('closed/made'), at('out/made'));
    expect(() => server.write(at('out/made'), 'x', O_WRONLY | O_CREAT)).toThrow(/EEXIST|ELOOP/);
    expect(existsSync(at('closed/made'))).toBe(false);
  });

  it('is a file or a folder: devices and sockets are refused before they are touched', () => {
    expect(() => serve('/dev/zero', 'input').open('/dev/zero')).toThrow('a device; give a file');
    expect(() => serve(dirname('/dev/null'), 'medium').write('/dev/null', 'x', O_WRONLY)).toThrow(
      /a device|hidden|EACCES/,
    );
  });
});
