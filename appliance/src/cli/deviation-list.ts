import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Deviation } from '../features/baselines/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const pageRows = 1_000;
const states = ['open', 'closed', 'all'] as const;

export const command: Command = {
  summary: 'what differs from baselines',
  options: {
    device: { type: 'string', value: 'ID', help: 'of one device' },
    baseline: { type: 'string', value: 'ID', help: 'from one baseline' },
    state: { type: 'string', value: 'STATE', help: 'open, closed or all (open)' },
    days: { type: 'string', value: 'N', help: 'open for more than N days' },
  },
  example: 'sallyport deviation list --days 35 --data /var/lib/sallyport',
  run: async ({ open, out, text }) => {
    const { baselines, devices } = await open();
    baselines.settle();
    const state = states.find((one) => one === (text('state') ?? 'open'));
    const days = text('days');
    if (state === undefined) throw new AppError('USAGE', '--state is open, closed or all');
    if (days !== undefined && !/^\d{1,4}$/.test(days)) throw new AppError('USAGE', '--days is a number');
    const device = text('device');
    const baseline = text('baseline');
    const query = {
      state,
      limit: pageRows,
      ...(device === undefined ? {} : { device: devices.byPublicId(device).id }),
      ...(baseline === undefined ? {} : { baseline }),
      ...(days === undefined ? {} : { olderThanDays: Number(days) }),
    };
    const found: Deviation[] = [];
    for (let after: number | undefined; ; ) {
      const page = baselines.deviations({ ...query, ...(after === undefined ? {} : { after }) });
      found.push(...page.rows);
      if (page.next === undefined) break;
      after = page.next;
    }
    const names = new Map<number, string>();
    const nameOf = (id: number): string => {
      const name = names.get(id) ?? devices.find(id)?.publicId ?? String(id);
      names.set(id, name);
      return name;
    };
    out.table(
      ['ID', 'DEVICE', 'SECTION', 'WHAT', 'ITEM', 'SINCE', 'WORK ORDER', 'OUTCOME'],
      found.map((row) => [
        row.id,
        nameOf(row.device),
        row.collection,
        row.operation,
        row.title,
        toTime(row.since),
        row.workOrder?.text ?? null,
        row.outcome,
      ]),
    );
    out.result(found.map((row) => ({ ...row, device: nameOf(row.device) })));
    return 0;
  },
};
