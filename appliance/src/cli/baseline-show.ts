import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'a baseline: its revisions, what was accepted, the devices under it',
  positionals: 'ID',
  example: 'sallyport baseline show device:k3v9… --data /var/lib/sallyport',
  run: async ({ open, out, positionals }) => {
    const [id] = positionals;
    if (id === undefined) throw new AppError('USAGE', 'give the id of a baseline: device:ID or group:ID');
    const { baselines, objects, devices } = await open();
    baselines.settle();
    const baseline = baselines.get(id);
    const revisions = objects.revisions('baseline', id);
    const accepted = baselines.acceptances(id);
    const coverage = baselines
      .coverage(id)
      .map(({ device, ...row }) => ({ ...row, device: devices.byId(device).publicId }));
    out.line(`${baseline.name}: ${baseline.id}, revision ${baseline.revision}`);
    for (const [collection, count] of Object.entries(baseline.counts)) out.line(`${collection}: ${count}`);
    out.line(`hash: ${baseline.contentHash}`);
    for (const line of baseline.allowed) out.line(`allowed: ${line}`);
    out.line('');
    out.table(
      ['REVISION', 'AT', 'WHO', 'WHY'],
      revisions.map((row) => [row.revision, toTime(row.at), row.actor, row.comment]),
    );
    out.line('');
    out.table(
      ['ACCEPTED', 'SECTION', 'AT', 'WHO', 'UNTIL', 'WHY'],
      accepted.map((row) => [
        row.title,
        row.collection,
        toTime(row.at),
        row.actor,
        row.expiresAt === null ? null : toTime(row.expiresAt),
        row.reason,
      ]),
    );
    out.line('');
    out.table(
      ['DEVICE', 'LAST COMPARED', 'DEVIATIONS'],
      coverage.map((row) => [row.device, row.checkedAt === null ? null : toTime(row.checkedAt), row.deviations]),
    );
    out.result({ ...baseline, revisions, acceptances: accepted, coverage });
    return 0;
  },
};
