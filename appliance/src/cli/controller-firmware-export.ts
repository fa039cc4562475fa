import { dirname, join } from 'node:path';
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from '@sallyport/bundle-tools/person/files';
import { renameNew, syncDir } from '@sallyport/bundle-tools/platform/files';
import { scopeOf } from '../engine/objects/types.ts';
import { CHECKS } from '../features/controller-firmware/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

/** A file that has its name once it is whole, and none that was there before. */
const writeWhole = async (part: string, path: string, bytes: AsyncIterable<Uint8Array>): Promise<void> => {
  const fd = openSync(part, 'wx', 0o600);
  try {
    try {
      for await (const piece of bytes) for (let at = 0; at < piece.length; ) at += writeSync(fd, piece, at);
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
    renameNew(part, path);
  } catch (error) {
    rmSync(part, { force: true });
    throw error;
  }
  syncDir(dirname(path));
};

export const command: Command = {
  summary: 'hands a firmware file to you: checked once more, recorded, written to a folder',
  options: {
    firmware: { value: 'SHA', required: true, help: 'its SHA-256, or the start of it' },
    controller: { value: 'ID', required: true, help: 'the controller that it is for' },
    part: { value: 'PLACE', help: 'the module that it is for, as the list of findings names it' },
    confirmed: { value: 'CHECK', multiple: true, help: `${CHECKS.join(', ')}: what was looked after` },
    out: { value: 'DIR', path: 'output', required: true, help: 'an existing folder' },
  },
  example:
    'sallyport controller firmware export --firmware 3fa9 --controller controller-0123456789abcdef --confirmed backup --out /media/engineer --data /var/lib/sallyport',
  run: async ({ open, out, text, texts, cliActor }) => {
    const confirmed = texts('confirmed').map((given) => {
      const found = CHECKS.find((name) => name === given);
      if (found === undefined) throw new AppError('USAGE', `--confirmed takes ${CHECKS.join(', ')}`);
      return found;
    });
    const { controllerFirmware, controllers } = await open();
    const scope = scopeOf(cliActor(), 'updates:write');
    const start = (text('firmware') ?? '').toLowerCase();
    const files = controllerFirmware.list(scope).filter(({ sha256 }) => start.length >= 4 && sha256.startsWith(start));
    const [file, ...others] = files;
    if (file === undefined || others.length > 0)
      throw new AppError('NOT_FOUND', `${files.length} firmware files begin with ${start}`);
    const { id } = controllers.get(text('controller') ?? '', scope);
    const target = file.targets.find(
      ({ controller, partKey }) => controller === id && partKey === (text('part') ?? ''),
    );
    if (target === undefined) throw new AppError('NOT_FOUND', 'the file is not for this part of the controller');
    const handed = await controllerFirmware.hand(cliActor(), {
      sha256: file.sha256,
      controller: target.controller,
      part: target.part,
      confirmed,
    });
    const folder = text('out') ?? '.';
    const path = join(folder, file.fileName);
    await writeWhole(join(folder, `.${file.fileName}.part`), path, handed.open());
    const unconfirmed = CHECKS.filter((name) => !confirmed.includes(name));
    out.line(`${path}: ${file.version}, SHA-256 ${file.sha256}`);
    if (unconfirmed.length > 0) out.note(`not confirmed: ${unconfirmed.join(', ')}`);
    out.note('when it is installed, say so in the console and read the version again');
    out.result({ handover: handed.handover, path, sha256: file.sha256, version: file.version, unconfirmed });
    return 0;
  },
};
