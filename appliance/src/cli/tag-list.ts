import type { Command } from './command.ts';

export const command: Command = {
  summary: 'every tag in use, or the tags of devices and where they are from',
  positionals: '[DEVICE…]',
  example: 'sallyport tag list 0123456789abcdef0123456789abcdef',
  run: async ({ open, out, positionals }) => {
    const { devices, rules } = await open();
    rules.settle();
    if (positionals.length === 0) {
      const rows = rules.tagCounts();
      out.table(
        ['TAG', 'DEVICES'],
        rows.map(({ tag, devices: count }) => [tag, count]),
      );
      out.result(rows);
      return 0;
    }
    const rows = positionals
      .map((id) => devices.byPublicId(id))
      .flatMap(({ id, publicId }) => rules.tagsOf(id).map((tag) => ({ device: publicId, ...tag })));
    out.table(
      ['DEVICE', 'TAG', 'FROM'],
      rows.map((row) => [
        row.device,
        row.tag,
        [...(row.byHand ? ['by hand'] : []), ...row.rules.map(({ name }) => `rule ${name}`)].join(', '),
      ]),
    );
    out.result(rows);
    return 0;
  },
};
