import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'removes records of devices that may not come in, with all that is known of them',
  positionals: 'ID…',
  example: 'sallyport device forget 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, positionals, cliActor }) => {
    if (positionals.length === 0) throw new AppError('USAGE', 'which device? See: sallyport device list');
    const { devices } = await open();
    const actor = cliActor();
    // All ids are looked up first, so that a wrong one changes nothing.
    const found = positionals.map((id) => devices.byPublicId(id));
    for (const device of found) devices.forget(actor, device.id);
    for (const device of found) out.line(`${device.publicId} ${device.hostname} forgotten`);
    out.result({ items: found.map((device) => ({ id: device.publicId, name: device.hostname })) });
    return 0;
  },
};
