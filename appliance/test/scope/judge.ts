import type { Hono } from 'hono';
import { allOperations, madeOperations } from '../../src/all-operations.ts';
import { type EntryParts, entryParts } from '../../src/entry-parts.ts';
import { AppError, toFailure } from '../../src/platform/errors.ts';
import type { Operation } from '../../src/server/operations/operation.ts';
import { allAddresses, type Call } from './calls.ts';
import { type JudgedSite, type Person, type Side, takenBack } from './site.ts';

// Asks the whole site and the copy of a reach the same, as the same person, and compares what they answer byte for byte.

/** What a person is answered; `status` of a command is the status that its error would have. */
type Answer = { readonly status: number; readonly text: string };

const send = async (app: Hono, { cookie, csrf, token }: Person, call: Call): Promise<Answer> => {
  const { method, target, by, body } = call;
  const isRead = method === 'GET';
  const headers: Record<string, string> =
    by === 'token'
      ? {
          authorization: `Bearer ${token}`,
          ...(isRead || body === undefined ? {} : { 'content-type': 'application/json' }),
        }
      : {
          cookie,
          ...(isRead
            ? {}
            : {
                'content-type': 'application/x-www-form-urlencoded',
                'sec-fetch-site': 'same-origin',
                origin: 'http://localhost',
              }),
        };
  const form = (): string => {
    const fields = new URLSearchParams({ csrf });
    for (const [name, value] of Object.entries(body ?? {}))
      for (const one of Array.isArray(value) ? value : [value]) fields.append(name, String(one));
    return fields.toString();
  };
  const sent =
    isRead || (by === 'token' && body === undefined) ? {} : { body: by === 'token' ? JSON.stringify(body) : form() };
  const response = await app.request(target, { method, headers, ...sent });
  const text = `${response.status} ${response.headers.get('location') ?? ''}\n${await response.text()}`;
  return { status: response.status, text };
};

/** The operation of a command with its input and the answer as the command prints it. */
const command = async (
  parts: EntryParts,
  operation: Operation<EntryParts>,
  who: Person,
  call: Call,
): Promise<Answer> => {
  const lines: string[] = [];
  const line = (text: string): void => {
    lines.push(text);
  };
  const out = {
    line,
    note: line,
    table: (head: readonly string[], rows: ReadonlyArray<ReadonlyArray<string | number | null>>) =>
      lines.push(JSON.stringify([head, ...rows])),
  };
  try {
    const actor = parts.accounts.authenticateToken(who.token, 'here');
    const parsed = operation.input.safeParse(call.body);
    if (!parsed.success) throw new AppError('USAGE', parsed.error.message);
    const input = parsed.data;
    const caller = { ...parts, actor, note: line, signal: AbortSignal.timeout(60_000) };
    operation.find?.(caller, input);
    const answer = await operation.run(caller, input);
    operation.command?.print(out as never, answer, input);
    line(
      JSON.stringify(operation.command?.json === undefined ? answer : operation.command.json(answer, input, caller)),
    );
    return { status: 200, text: lines.join('\n') };
  } catch (error) {
    const { status, code, message } = toFailure(error);
    return { status, text: [...lines, code, message].join('\n') };
  }
};

/** Compares; made once for a site. */
export function judgeOf(site: JudgedSite) {
  const sides = new Map<Side, { parts: EntryParts; byName: ReadonlyMap<string, Operation<EntryParts>> }>();
  for (const side of [site.whole, ...site.copies.values()]) {
    const parts = entryParts(side.appliance);
    const all = [...allOperations, ...madeOperations(parts).operations];
    sides.set(side, { parts, byName: new Map(all.map((one) => [one.name, one])) });
  }
  const ids = ['object', 'catalog_update', 'device_task', 'live_query', 'sample', 'task'].map(
    (table) => `select id from ${table}`,
  );
  const { db } = site.whole.appliance;
  const known = new Set(
    db
      .prepare<[], string>(
        `${ids.join(' union ')} union select public_id from device union select public_id from controller`,
      )
      .pluck()
      .all(),
  );
  const untouched = new Map([...site.outside].map(([reach, digest]) => [reach, digest()]));

  /** Without the number of the request, ids that are made by it, and numbers of events and of their entries in the chain. */
  const masked = (text: string, call: Call): string => {
    const plain = text
      .replace(/\b[0-9a-f]{12}\b/g, 'request')
      .replace(/\b(?:[0-9a-f]{20}|[0-9a-f]{32}|controller-[0-9a-f]{16})\b/g, (id) =>
        /^(?:controller-)?(?:0+|f+)$/.test(id) || known.has(id) ? id : 'made',
      );
    return /events|event\./.test(call.target)
      ? plain.replace(/"(?:id|audit|next)":\d+|<td class="num"><span class="tag">[\d,]+|after=\d+|,\d+$/gm, 'number')
      : plain;
  };

  const ask = async (side: Side, who: Person, call: Call): Promise<Answer> => {
    if (call.by !== 'command') return send(side.app, who, call);
    const { parts, byName } = sides.get(side) ?? {};
    const operation = byName?.get(call.target);
    if (parts === undefined || operation === undefined) throw new Error(`there is no ${call.target}`);
    return command(parts, operation, who, call);
  };

  /** What it writes is taken back, be it only that somebody read: the next call is asked of the same site. `after` looks before. */
  const askOnce = (side: Side, who: Person, call: Call, after: () => void): Promise<Answer> =>
    takenBack(side.appliance.db, async () => {
      const answer = await ask(side, who, call);
      after();
      return answer;
    });

  const changes = db.prepare<[], number>('select total_changes()').pluck();

  /** What is wrong, and what was answered. */
  const judge = async (who: Person, call: Call): Promise<{ status: number; fault: string | undefined }> => {
    const copy = site.copies.get(who.reach);
    if (copy === undefined) throw new Error(`there is no copy for ${who.reach}`);
    const before = changes.get();
    let touched: readonly string[] = [];
    const here = await askOnce(site.whole, who, call, () => {
      const digest = site.outside.get(who.reach);
      if (digest === undefined || changes.get() === before) return;
      const known = untouched.get(who.reach);
      touched = [...digest()].filter(([name, value]) => known?.get(name) !== value).map(([name]) => name);
    });
    const there = await askOnce(copy, who, call, () => undefined);
    const [one, two] = [masked(here.text, call), masked(there.text, call)];
    const title = `${who.reach} ${who.role}: ${call.method} ${call.target} ${JSON.stringify(call.body ?? {})}`;
    if (here.status >= 500) return { status: here.status, fault: `${title}\nfailed: ${here.text.slice(0, 300)}` };
    if (touched.length > 0)
      return {
        status: here.status,
        fault: `${title}\nchanged what is out of reach: ${touched.join(', ')}\n${here.text.slice(0, 300)}`,
      };
    if (one === two && here.status === there.status) return { status: here.status, fault: undefined };
    let at = 0;
    while (at < one.length && one[at] === two[at]) at += 1;
    const around = (text: string): string => text.slice(0, 4) + text.slice(Math.max(4, at - 200), at + 400);
    return { status: here.status, fault: `${title}\n${around(one)}\n--- without the rest\n${around(two)}` };
  };
  return { ask, judge, all: allAddresses(site) };
}
