import { setTimeout as wait } from 'node:timers/promises';
import { eventCells } from '../engine/events/printed.ts';
import { severities } from '../engine/events/types.ts';
import { actorRef, scopeOf } from '../engine/objects/types.ts';
import { AppError } from '../platform/errors.ts';
import { termsIn } from '../platform/filter/parameters.ts';
import type { Command } from './command.ts';

const lookEveryMs = 1_000;
/** Events of one look. */
const mostEvents = 500;
const mostPast = 10_000;

const pastOf = (text: string | undefined): number => {
  const past = Number(text ?? 10);
  if (!Number.isInteger(past) || past < 0 || past > mostPast)
    throw new AppError('USAGE', `--past takes 0 to ${mostPast}`);
  return past;
};

export const command: Command = {
  summary: 'prints events as they happen, until it is ended (Ctrl-C)',
  options: {
    severity: { value: 'NAME', multiple: true, help: `${severities.join(', ')}; may repeat` },
    type: { value: 'NAME', multiple: true, help: 'events of this type alone, as event types lists them; may repeat' },
    where: { value: 'TEXT', help: 'a filter as the page of events has it' },
    past: { value: 'N', help: 'begin with so many of those that there are (10)' },
  },
  example: 'sallyport event follow --severity critical --severity failure --data /var/lib/sallyport',
  run: async ({ open, out, text, texts, cliActor }) => {
    const past = pastOf(text('past'));
    if (texts('severity').some((one) => !(severities as readonly string[]).includes(one)))
      throw new AppError('USAGE', `--severity takes ${severities.join(', ')}`);
    const end = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => end.abort());
    const appliance = await open();
    const { entryParts } = await import('../entry-parts.ts');
    const { events, deviceQueries } = entryParts(appliance);
    const scope = scopeOf(cliActor(), 'events:read');
    const { wordsOf } = await import('@sallyport/ui/i18n/catalogue');
    events.knowWords(wordsOf);
    const asked = { severity: texts('severity'), type: texts('type'), where: text('where') };
    const reach = { scope, reader: actorRef(cliActor()), filter: events.language.read(termsIn(asked)) };

    const print = (numbers: readonly number[]): void => {
      const found = events.byNumbers(numbers);
      const named = deviceQueries.names([...new Set(found.flatMap(({ device }) => device ?? []))]);
      for (const event of found) {
        const device = event.device === null ? null : (named.get(event.device) ?? null);
        const { auditSeq, ...own } = event;
        out.line(eventCells(event, device?.name ?? '').join('  '));
        out.begun({ ...own, at: new Date(event.at).toISOString(), device, audit: auditSeq });
      }
    };

    let after = events.newest();
    if (past > 0) {
      const { rows } = events.list({ ...reach, limit: past });
      print(rows.map(({ id }) => id).filter((id) => id <= after));
    }
    while (!end.signal.aborted) {
      const upTo = Math.min(events.newest(), after + mostEvents);
      print(events.numbersIn({ ...reach, after, upTo, most: mostEvents }));
      // A database that went back has its own events again: `upTo` is then less than it was.
      after = upTo;
      if (upTo >= events.newest()) await wait(lookEveryMs, undefined, { signal: end.signal }).catch(() => undefined);
    }
    return 0;
  },
};
