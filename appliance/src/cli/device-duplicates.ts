import type { Command } from './command.ts';

export const command: Command = {
  summary: 'pairs of records that may be one device, and what they share',
  example: 'sallyport device duplicates --json',
  run: async ({ open, out }) => {
    const { devices } = await open();
    const say = (id: number) => {
      const { publicId, hostname, state } = devices.byId(id);
      return { id: publicId, name: hostname, state };
    };
    const pairs = devices.duplicates().map(({ one, two, why }) => ({ one: say(one), two: say(two), why }));
    out.table(
      ['ONE', 'NAME', 'STATE', 'TWO', 'NAME', 'STATE', 'SHARED'],
      pairs.map(({ one, two, why }) => [
        one.id,
        one.name,
        one.state,
        two.id,
        two.name,
        two.state,
        why.map(({ reason, values }) => [reason, ...values].join(' ')).join('; '),
      ]),
    );
    out.result({ items: pairs });
    return 0;
  },
};
