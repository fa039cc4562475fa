import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import { describe, expect, it } from 'vitest';
import { toStored } from './item.ts';

describe('the path of a file', () => {
  it.each([
    ['/home/dana/bin/tool', '/home/*/bin/tool'],
    ['/var/home/dana/.local/bin/x', '/var/home/*/.local/bin/x'],
    ['/home/dana', '/home/*'],
    ['/Users/dana/Applications/x', '/Users/*/Applications/x'],
    ['C:\\Users\\Dana Test\\AppData\\x.exe', 'C:\\Users\\*\\AppData\\x.exe'],
    ['d:/users/dana/x.exe', 'd:/users/*/x.exe'],
    ['C:\\Documents and Settings\\dana\\x.exe', 'C:\\Documents and Settings\\*\\x.exe'],
    ['/usr/bin/bash', '/usr/bin/bash'],
    ['/srv/home/dana/x', '/srv/home/dana/x'],
    ['/homework/dana', '/homework/dana'],
    ['"C:\\Users\\dana\\AppData\\un ins.exe" /S', '"C:\\Users\\*\\AppData\\un ins.exe" /S'],
    ['rundll32 x,C:\\Users\\dana\\a --log=/home/dana/b', 'rundll32 x,C:\\Users\\*\\a --log=/home/*/b'],
  ])('%s is kept as %s', (path, kept) => {
    expect(withoutHome(path)).toBe(kept);
    expect(toStored({ type: 'text', hidesHome: true }, path)).toBe(kept);
    expect(toStored({ type: 'text' }, path)).toBe(path);
  });
});
