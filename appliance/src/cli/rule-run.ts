import type { Command } from './command.ts';

export const command: Command = {
  summary: 'looks at every device that waits for the rules; --all at every device, --dry-run lists the moves only',
  options: {
    all: { type: 'boolean', help: 'every device, not only those that changed' },
    'dry-run': { type: 'boolean', help: 'the moves that moving rules would make now; changes nothing' },
  },
  example: 'sallyport rule run --dry-run --json',
  run: async ({ open, out, flag }) => {
    const { rules } = await open();
    if (flag('dry-run')) {
      const plan = rules.dryRun();
      const moves = 'fault' in plan ? [] : plan.moves;
      const rows = moves.map(({ publicId, rule, from, to }) => ({
        device: publicId,
        rule: rule.name,
        from: from === null ? null : rules.groupName(from),
        to: rules.groupName(to),
      }));
      out.table(
        ['DEVICE', 'RULE', 'FROM', 'TO'],
        rows.map((row) => [row.device, row.rule, row.from, row.to]),
      );
      out.result({ moves: rows });
      return 0;
    }
    if (flag('all')) rules.sweep();
    let devices = 0;
    for (let more = true; more; ) {
      const pass = rules.run();
      devices += pass.devices;
      more = pass.more;
      if (devices > 0) out.note(`${devices} devices`);
    }
    out.line(`${devices} devices looked at`);
    out.result({ devices });
    return 0;
  },
};
