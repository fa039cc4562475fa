import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'approves what a device holds now as its baseline, or as what a group is expected to hold',
  options: {
    device: { type: 'string', value: 'ID', help: 'the device; with --group the reference device' },
    group: { type: 'string', value: 'ID', help: 'a group; without --device its content stays and the rest changes' },
    collection: {
      type: 'string',
      value: 'NAME',
      multiple: true,
      required: true,
      help: 'a section to compare; repeat it',
    },
    allow: { type: 'string', value: 'RULE', multiple: true, help: 'an exception: "software vim*"' },
    expires: { type: 'string', value: 'DAY', help: 'when it should be reviewed: 2027-01-31' },
    comment: { type: 'string', value: 'TEXT', help: 'why this state is right' },
  },
  example:
    'sallyport baseline approve --device k3v9… --collection software --comment "commissioning" --data /var/lib/sallyport',
  run: async ({ open, out, text, texts, cliActor }) => {
    const { baselines } = await open();
    const device = text('device');
    const group = text('group');
    const day = text('expires');
    const expiresAt = day === undefined ? null : Date.parse(day);
    if (Number.isNaN(expiresAt)) throw new AppError('USAGE', '--expires is a day: 2027-01-31');
    const comment = text('comment');
    const options = {
      collections: texts('collection'),
      expiresAt,
      ...(comment === undefined ? {} : { comment }),
      ...(texts('allow').length === 0 ? {} : { allowed: texts('allow') }),
    };
    if (device === undefined && group === undefined) throw new AppError('USAGE', 'give --device, --group or both');
    const actor = cliActor();
    const baseline =
      group === undefined
        ? baselines.approveDevice(actor, device ?? '', options)
        : baselines.approveGroup(actor, group, { ...options, ...(device === undefined ? {} : { reference: device }) });
    baselines.settle();
    const { counts, deviations } = baselines.get(baseline.id);
    out.line(`${baseline.id}, revision ${baseline.revision}, ${deviations} deviations`);
    out.result({ id: baseline.id, revision: baseline.revision, contentHash: baseline.contentHash, counts, deviations });
    return 0;
  },
};
