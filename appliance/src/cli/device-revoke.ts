import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'refuses devices and their certificates from now on',
  positionals: 'ID…',
  example: 'sallyport device revoke 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, positionals, cliActor }) => {
    if (positionals.length === 0) throw new AppError('USAGE', 'which device? See: sallyport device list');
    const { devices } = await open();
    const actor = cliActor();
    // All ids are looked up first, so that a wrong one changes nothing.
    const found = positionals.map((id) => devices.byPublicId(id));
    const items = found.map((device) => devices.revoke(actor, device.id));
    for (const device of items) out.line(`${device.publicId} ${device.hostname} ${device.state}`);
    out.result({ items: items.map((device) => ({ id: device.publicId, name: device.hostname, state: device.state })) });
    return 0;
  },
};
