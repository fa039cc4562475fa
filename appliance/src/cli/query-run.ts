import { setTimeout as sleep } from 'node:timers/promises';
import { type DeviceAnswer, type ResultRow, shownState } from '../features/queries/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const everyMs = 500;
const pageDevices = 500;

const seconds = (text: string): number => {
  if (!/^[1-9]\d{0,3}$/.test(text)) throw new AppError('USAGE', `--wait takes 1 to 3600 seconds: ${text}`);
  return Number(text);
};

const columnsOf = (rows: readonly ResultRow[]): string[] => [...new Set(rows.flatMap((row) => Object.keys(row)))];

export const command: Command = {
  summary: 'asks devices by SQL through osquery, and waits for what they say',
  positionals: 'SQL',
  options: {
    device: {
      type: 'string',
      value: 'ID',
      help: 'only this device; may be repeated (all that osquery speaks for)',
      multiple: true,
    },
    wait: { type: 'string', value: 'S', help: 'seconds until nobody is waited for any more (60)' },
  },
  example: `sallyport query run 'select name, version from deb_packages' --device 6f1c0b1e8b7d4c5f9a3e2d1c0b9a8f7e --wait 60 --json`,
  run: async ({ open, out, text, texts, positionals, cliActor }) => {
    const [sql, ...more] = positionals;
    if (sql === undefined || more.length > 0) throw new AppError('USAGE', 'one query, in quotes');
    const { queries } = await open();
    const devices = texts('device');
    const made = queries.run(cliActor(), {
      sql,
      waitSeconds: seconds(text('wait') ?? '60'),
      ...(devices.length === 0 ? {} : { devices }),
    });
    out.note(`query ${made.id}: ${made.counts.expected} devices asked`);
    let query = made;
    while (query.state === 'running') {
      await sleep(everyMs);
      query = queries.get(made.id);
    }
    const answers: DeviceAnswer[] = [];
    for (let after: number | undefined; ; ) {
      const page = queries.answers(cliActor(), made.id, {
        limit: pageDevices,
        ...(after === undefined ? {} : { after }),
      });
      answers.push(...page);
      after = page.at(-1)?.device;
      if (page.length < pageDevices) break;
    }
    const columns = columnsOf(answers.flatMap(({ rows }) => rows));
    out.table(
      ['DEVICE', ...columns],
      answers.flatMap(({ name, rows }) => rows.map((row) => [name, ...columns.map((column) => row[column] ?? null)])),
    );
    for (const answer of answers) {
      if (answer.state === 'answered') continue;
      out.note(`${answer.name}: ${shownState(answer)}${answer.message === null ? '' : `: ${answer.message}`}`);
    }
    const { answered, expected, failed, denylisted, offline } = query.counts;
    out.note(`${answered} of ${expected} answered, ${failed} failed, ${denylisted} denylisted, ${offline} offline`);
    out.result({
      id: query.id,
      state: query.state,
      counts: query.counts,
      devices: answers.map((answer) => ({
        id: answer.publicId,
        name: answer.name,
        state: shownState(answer),
        rows: answer.rows,
        rowCount: answer.rowCount,
        cut: answer.isCut,
        message: answer.message,
      })),
    });
    return answered === expected ? 0 : 1;
  },
};
