import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ExchangeService } from './service.ts';

// What the site takes for the time, and what persons say of it: by page, call and command.

const { operation } = operationsOver<{ exchange: ExchangeService }>({ area: 'exchange', bound: 'site' });

const textTime = z.string().describe('YYYY-MM-DDThh:mm:ssZ');
const source = z.enum(['clock', 'bundle']);

const view = z.object({
  systemTime: textTime,
  floor: textTime.describe('The latest time that is certain'),
  ceiling: textTime.describe('The latest time that the clock is believed'),
  believed: textTime,
  counts: textTime.describe('What ends are judged by: the believed time, never below one that counted'),
  releasedAt: textTime.optional(),
  doubt: z
    .enum(['CLOCK_BEHIND', 'CLOCK_SUSPECT'])
    .optional()
    .describe('While it is there nothing is imported or begun'),
  isBehind: z.boolean(),
  doubtful: z.array(z.object({ source, time: textTime, daysAhead: z.int() })),
});

const agreement = z.object({
  source,
  from: textTime,
  to: textTime,
  daysAhead: z.int(),
  expires: z.array(z.object({ role: z.string(), version: z.int(), expires: textTime })),
  ends: z.array(z.object({ what: z.string(), count: z.int() })).describe('What else would end'),
  agreed: z.boolean(),
});

const back = z.object({
  from: textTime,
  to: textTime,
  limit: textTime.describe('Signed: the floor is never lowered below it'),
  closes: z.array(z.int()).describe('Numbers of open requests that no host could answer any more'),
  state: z.enum(['shown', 'asked', 'done', 'refused']),
});

export const clockSchemas = { Clock: view };

const reason = z.string().trim().min(1).max(500);
const nothingBack = { from: '', to: '', limit: '', closes: [] };

export const clockOperations = [
  operation({
    name: 'clock.show',
    http: { method: 'get', path: '/exchange/clock' },
    right: 'exchange:read',
    summary: 'What this site takes for the time, and what is in doubt',
    input: z.strictObject({}),
    output: view,
    run: ({ exchange }) => exchange.time(),
    command: {
      example: 'sallyport clock show --data /var/lib/sallyport',
      print: (out, { systemTime, floor, ceiling, believed, counts, releasedAt, doubt, doubtful }) => {
        out.line(`clock     ${systemTime}${doubt === undefined ? '' : `  ${doubt}`}`);
        out.line(`floor     ${floor}  the latest time that is certain`);
        out.line(`ceiling   ${ceiling}  the clock is believed until then`);
        out.line(`believed  ${believed}`);
        if (counts !== believed)
          out.line(`counts    ${counts}  a time that counted is never taken back but by two persons`);
        if (releasedAt !== undefined) out.line(`released  ${releasedAt}`);
        if (doubt === 'CLOCK_BEHIND')
          out.line('CLOCK_BEHIND: set the clock; was the floor wrong, see: sallyport clock back');
        for (const { source: whose, time: at, daysAhead } of doubtful)
          out.line(
            `CLOCK_SUSPECT: the ${whose} says ${at}, ${daysAhead} days above the floor; see: sallyport clock agree`,
          );
      },
      exit: ({ doubt, doubtful }) => (doubt !== undefined || doubtful.length > 0 ? 1 : 0),
    },
  }),
  operation({
    name: 'clock.agree',
    http: { method: 'post', path: '/exchange/clock/agreement' },
    person: 'always',
    right: 'exchange:write',
    summary: 'A signed-in person says that a time which is far ahead is right; two persons are needed to go back',
    input: z.strictObject({
      reason: reason.describe('Why it is right; goes into the next receipt'),
      source: source.optional().describe('When both are in doubt'),
      yes: z.boolean().default(false).describe('Do it; without it, only what would change is shown'),
    }),
    output: agreement,
    run: ({ exchange, actor }, given) => ({
      ...(given.yes ? exchange.agreeClock(actor, given.reason, given.source) : exchange.previewClock(given.source)),
      agreed: given.yes,
    }),
    command: {
      example: 'sallyport clock agree --reason "stood without power since 2026" --yes --data /var/lib/sallyport',
      print: (out, { from, to, daysAhead, expires, ends, agreed }) => {
        out.line(`floor   ${from}`);
        out.line(`${agreed ? 'now' : 'to be'}   ${to}, ${daysAhead} days later; only two persons lower it again`);
        for (const { role, version, expires: end } of expires)
          out.line(`past    ${role} ${version}, valid until ${end}`);
        for (const { what, count } of ends) out.line(`ends    ${count} ${what}`);
        if (!agreed)
          out.note('Nothing was changed. Look at the date above; if it is right, run the same command with --yes.');
      },
      exit: ({ agreed }) => (agreed ? 0 : 1),
    },
  }),
  operation({
    name: 'clock.back-ask',
    http: { method: 'post', path: '/exchange/clock/back' },
    person: 'always',
    right: 'exchange:write',
    summary: 'A signed-in person asks for the floor to be lowered to the clock as it is; a second one agrees',
    input: z.strictObject({ reason }),
    output: back,
    run: ({ exchange, actor }, given) => ({ ...exchange.askClockBack(actor, given.reason), state: 'asked' as const }),
  }),
  operation({
    name: 'clock.back-decide',
    http: { method: 'post', path: '/exchange/clock/back/decision' },
    person: 'to-agree',
    decides: true,
    right: 'exchange:write',
    summary: 'Gives up what was asked for; agreeing is for people',
    input: z.strictObject({ agree: z.boolean() }),
    output: back,
    run: ({ exchange, actor }, { agree }) => {
      const done = exchange.decideClockBack(actor, agree);
      return { ...(done ?? nothingBack), state: done === undefined ? ('refused' as const) : ('done' as const) };
    },
  }),
  operation({
    name: 'clock.back',
    decides: true,
    right: 'exchange:write',
    summary: 'Lowers the floor to the clock as it is, by two persons; shows what that would do when nothing is said',
    input: z.strictObject({
      reason: reason.optional().describe('Ask for it: what was wrong with the time; goes into the next receipt'),
      agree: z.boolean().default(false).describe('As a second person, agree to another one’s request'),
      refuse: z.boolean().default(false).describe('Give up the request'),
    }),
    output: back,
    run: ({ exchange, actor }, { reason: why, agree, refuse }) => {
      if ([why !== undefined, agree, refuse].filter(Boolean).length > 1)
        throw new AppError('USAGE', 'either --reason TEXT, --agree or --refuse');
      if (why !== undefined) return { ...exchange.askClockBack(actor, why), state: 'asked' as const };
      if (!agree && !refuse) return { ...exchange.previewClockBack(), state: 'shown' as const };
      const done = exchange.decideClockBack(actor, agree);
      return { ...(done ?? nothingBack), state: done === undefined ? ('refused' as const) : ('done' as const) };
    },
    command: {
      example: 'sallyport clock back --reason "the clock was a year ahead" --data /var/lib/sallyport',
      print: (out, { from, to, limit, closes, state }) => {
        if (state === 'refused') {
          out.line('given up');
          return;
        }
        out.line(`floor   ${from}`);
        out.line(`${state === 'done' ? 'now' : 'to be'}   ${to}; never below ${limit}, which is signed`);
        if (closes.length > 0)
          out.line(`closes  requests ${closes.join(', ')}: no host could answer them; write a new request`);
        if (state === 'asked') out.note('It waits for a second person: sallyport clock back --agree');
        if (state === 'shown') out.note('Nothing was changed. To ask for it: sallyport clock back --reason TEXT');
      },
      exit: ({ state }) => (state === 'shown' ? 1 : 0),
    },
  }),
];
