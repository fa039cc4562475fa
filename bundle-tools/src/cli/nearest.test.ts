import { describe, expect, it } from 'vitest';
import { nearestCommands } from './nearest.ts';

const commands = ['device list', 'device show', 'doctor', 'backup create', 'backup verify', 'site-card export'];

describe('the nearest commands', () => {
  it.each([
    [['devices', 'list'], ['device list']],
    [['device', 'lsit'], ['device list']],
    [['docter'], ['doctor']],
    [['backup', 'creat', '/media/x'], ['backup create']],
    [['sitecard', 'export'], ['site-card export']],
    [['Device', 'List'], ['device list']],
    [['frobnicate'], []],
    [[], []],
    [['x'.repeat(100_000)], []],
  ])('of %j are %j', (typed, near) => expect(nearestCommands(typed, commands)).toEqual(near));
});
