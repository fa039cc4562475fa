import type { Command } from './command.ts';

export const command: Command = {
  summary: 'firmware for controllers that has arrived, for whom it is, and what was handed over',
  example: 'sallyport controller firmware list --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const { controllerFirmware } = await open();
    const files = controllerFirmware.list();
    const handovers = controllerFirmware.handovers();
    out.table(
      ['SHA-256', 'VENDOR', 'VERSION', 'FOR', 'HERE', 'PARTS THAT LACK IT'],
      files.map((file) => [
        file.sha256.slice(0, 16),
        file.vendor,
        file.version,
        file.orderNumbers.join(' '),
        file.isHere ? 'yes' : 'no',
        file.targets.length,
      ]),
    );
    out.result({ files, handovers });
    return 0;
  },
};
