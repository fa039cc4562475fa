import { createHash } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { readBack } from '@sallyport/bundle-tools/media/read-back';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { mediaService } from '../../appliance/src/features/media/service.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { commandProcess } from '../support/command-process.ts';
import { temporaryFolder } from '../support/commands.ts';
import { canMount, type ForeignMedium, mountImage, mountLyingMedium } from '../support/foreign-medium.ts';
import { canMountFuse, mountFuse } from '../support/fuse/mount.ts';

// Media as people plug them in, through the built commands of both sides.

type Json = Record<string, unknown>;

const sizeBytes = 48 * 1024 * 1024;
const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

describe('media', () => {
  const { command, tryCommand } = commandProcess();
  const folder = temporaryFolder('media');
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const data = ['--data', at('appliance')];
  const state = ['--state', at('host')];
  const mounted: ForeignMedium[] = [];
  const keep = async (medium: Promise<ForeignMedium>): Promise<ForeignMedium> => {
    mounted.push(await medium);
    return medium;
  };

  beforeAll(async () => {
    await command('sallyport', 'init', ...data, '--site', 'media-1', '--address', '127.0.0.1');
    const appliance = await compose({ dataDir: at('appliance'), log: openLog('silent') });
    appliance.objects.setSetting(systemActor, 'exchange.media-roots', [folder.path]);
    await appliance.close();
    const roots = [1, 2, 3].flatMap((number) => ['--root-key', at(`root-${number}`)]);
    await command('sallyport-bundle', 'trust', 'init', ...state, ...roots, '--curator-key', at('curator'));
    const { fingerprint } = await command<{ fingerprint: string }>(
      'sallyport-bundle',
      'trust',
      'export',
      ...state,
      '--out',
      at('trust.tar'),
    );
    await command('sallyport', 'trust', 'import', at('trust.tar'), ...data, '--fingerprint', fingerprint);
    const card = await command<{ fingerprint: string }>(
      'sallyport',
      'site-card',
      'export',
      ...data,
      '--out',
      at('site.card'),
    );
    await command('sallyport-bundle', 'site', 'add', at('site.card'), ...state, '--fingerprint', card.fingerprint);
  });
  afterAll(async () => {
    for (const medium of mounted) await medium.remove();
    folder.remove();
  });

  const exportTo = (path: string) => command('sallyport', 'request', 'export', '--out', path, ...data);
  const fulfilTo = (path: string): string[] => ['fulfil', '--media', path, '--curator-key', at('curator'), ...state];

  it.runIf(canMount.fat32() && canMount.exfat()).each(['fat32', 'exfat'] as const)(
    'goes round on %s: it is there when the medium comes back',
    async (kind) => {
      const medium = await keep(mountImage(at(kind), { kind, label: 'COURIER', sizeBytes }));
      const request = await exportTo(medium.path);
      expect(request['readBack']).toBe('medium');
      await medium.again();
      expect(sha256(String(request['path']))).toBe(request['sha256']);

      const { bundles } = await command<{ bundles: Json[] }>('sallyport-bundle', ...fulfilTo(medium.path));
      const [bundle] = bundles;
      expect(bundle).toMatchObject({ site: 'media-1', readBack: 'medium' });
      await medium.again({ readOnly: true });
      const [listed] = await command<Json[]>('sallyport', 'media', 'list', ...data);
      expect(listed).toMatchObject({
        path: medium.path,
        readOnly: true,
        writable: 'no',
        content: {
          bundles: [{ site: 'media-1', answers: request['number'], volumes: 1, missing: [], forThisSite: true }],
          requests: [{ name: basename(String(request['path'])) }],
          damaged: [],
        },
      });
      const refused = await tryCommand('sallyport', ['request', 'export', '--out', medium.path, ...data]);
      expect(refused).toMatchObject({ status: 1, stderr: expect.stringContaining('MEDIUM_IO') as string });
      expect(sha256(String(bundle?.['path']))).toBe(bundle?.['sha256']);
      const imported = await command('sallyport', 'bundle', 'import', medium.path, ...data);
      expect(imported).toMatchObject({ result: 'imported' });
      const again = await command<{ content: { bundles: Json[] } }[]>('sallyport', 'media', 'list', ...data);
      expect(again[0]?.content.bundles[0]).toMatchObject({ imported: imported['receipt'] });
      // Nobody left a half-written file behind.
      expect(readdirSync(medium.path).filter((name) => name.endsWith('.part'))).toEqual([]);
      await medium.remove();
    },
  );

  it.runIf(canMount.lying()).each(['flip', 'lose'] as const)(
    'refuses a medium that gives back other bytes, on both sides: %s',
    async (lie) => {
      const medium = await keep(mountLyingMedium(at(`${lie}-request`), lie, '.spr'));
      const sent = await tryCommand('sallyport', ['request', 'export', '--out', medium.path, ...data]);
      expect(sent).toMatchObject({ status: 1, stderr: expect.stringContaining('MEDIUM_IO') as string });
      expect(sent.stderr).not.toContain('safe to remove');
      expect(readdirSync(medium.path)).toEqual([]);

      const other = await keep(mountLyingMedium(at(`${lie}-bundle`), lie, '.tar'));
      const request = await exportTo(other.path);
      const answered = await tryCommand('sallyport-bundle', fulfilTo(other.path));
      expect(answered).toMatchObject({ status: 1, stderr: expect.stringContaining('MEDIUM_IO') as string });
      expect(answered.stdout).not.toContain('safe to remove');
      expect(readdirSync(other.path)).toEqual([basename(String(request['path']))]);
    },
  );

  it.runIf(canMount.lying())('looks past the memory of the computer, where the truth still lies', async () => {
    const medium = await keep(mountLyingMedium(at('memory'), 'flip', 'file'));
    const path = join(medium.path, 'file');
    const fd = openSync(path, 'wx');
    writeSync(fd, Buffer.alloc(300_000, 5));
    fsyncSync(fd);
    closeSync(fd);
    const written = createHash('sha256').update(Buffer.alloc(300_000, 5)).digest('hex');
    expect(sha256(path)).toBe(written);
    const back = readBack(path);
    expect(back).toMatchObject({ size: 300_000, source: 'medium' });
    expect(back.sha256).not.toBe(written);
  });

  it.runIf(canMountFuse())('keeps nobody waiting for a medium that hangs, and asks it once', async () => {
    const home = at('hanging');
    mkdirSync(home);
    const medium = await mountFuse(home);
    try {
      writeFileSync(join(medium.folder, 'question.spr'), 'SPSEAL01');
      const media = mediaService({
        folders: (name) => (name === 'exchange.media-folders' ? [medium.path] : []),
        exchange: { state: () => ({ site: 'media-1', openRequests: [] }) as never, importedWith: () => undefined },
        clock: () => 0,
      });
      await medium.setFaults({ ops: 'all', hold: true });
      const [first] = await media.list({ waitMs: 3_000 });
      expect(first?.fault).toBe('silent');
      expect((await media.list({ waitMs: 3_000 }))[0]?.fault).toBe('silent');
      await medium.setFaults();
      const [last] = await media.list({ waitMs: 60_000 });
      expect(last?.fault).toBeUndefined();
      expect(last?.content?.requests.map(({ name }) => name)).toEqual(['question.spr']);
    } finally {
      await medium.remove();
    }
  });
});
