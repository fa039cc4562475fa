import type { OptionSpec } from '@sallyport/bundle-tools/cli/option';
import { readFileSync, statSync } from '@sallyport/bundle-tools/person/files';
import { z } from 'zod';
import type { Command, CommandContext } from '../../cli/command.ts';
import { limitOf } from '../../cli/list-options.ts';
import { AppError } from '../../platform/errors.ts';
import { toFieldErrors } from '../../platform/validation.ts';
import { fromText, inner } from '../api/wire.ts';
import type { Flag, Operation } from './operation.ts';

const kebab = (key: string): string => key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const isList = (schema: z.ZodType): schema is z.ZodArray => schema instanceof z.ZodArray;

const valueName = (schema: z.ZodType): string => {
  if (isList(schema)) return valueName(inner(schema.element as z.ZodType));
  return schema instanceof z.ZodNumber ? 'N' : schema instanceof z.ZodEnum ? 'NAME' : 'TEXT';
};

/** Words of a closed set stand in the help. */
const choices = (schema: z.ZodType): string => {
  const one = isList(schema) ? inner(schema.element as z.ZodType) : schema;
  return one instanceof z.ZodEnum ? one.options.join(', ') : '';
};

const describe = (whole: z.ZodType): string | undefined => whole.description ?? inner(whole).description;

/** A list in pages; its command takes --limit and reads as many pages as that needs. */
const isPaged = ({ shape }: z.ZodObject): boolean => Object.hasOwn(shape, 'limit') && Object.hasOwn(shape, 'after');
const pageRows = 1_000;

type Page = { rows: unknown[]; next: unknown; total?: number };

const readPages = async (most: number, read: (paging: object) => Promise<unknown>): Promise<Page> => {
  let page = (await read({ limit: Math.min(most, pageRows) })) as Page;
  const rows = [...page.rows];
  while (page.next !== null && rows.length < most) {
    page = (await read({ limit: Math.min(most - rows.length, pageRows), after: page.next })) as Page;
    rows.push(...page.rows);
  }
  return { ...page, rows };
};

const noteMore = ({ rows, next, total }: Page, { note }: CommandContext['out']): void => {
  if (next !== null) note(`${total === undefined ? '' : `${total - rows.length} `}more; see --limit`);
};

type Form = NonNullable<Operation<never>['command']>;
const flagOf = (command: Form | undefined, key: string): Flag | false =>
  (command?.flags?.[key as never] as Flag | false | undefined) ?? {};

const optionOf = (whole: z.ZodType, flag: Flag): OptionSpec => {
  const schema = inner(whole);
  const isSwitch = schema instanceof z.ZodBoolean || flag.means !== undefined;
  return {
    help: flag.help ?? ([describe(whole), choices(schema)].filter(Boolean).join(': ') || 'see the API document'),
    ...(isSwitch ? {} : { value: flag.value ?? (flag.reads === undefined ? valueName(schema) : 'FILE') }),
    ...(isList(schema) && flag.means === undefined ? { multiple: true } : {}),
    ...(flag.short === undefined ? {} : { short: flag.short }),
    ...(flag.path === undefined && flag.reads === undefined ? {} : { path: flag.path ?? 'input' }),
    ...(whole.safeParse(undefined).success && !flag.required ? {} : { required: true }),
  };
};

/** `TAG DEVICE…`, with what may be left out in brackets. */
const positionalsOf = (input: z.ZodObject, { positionals: keys = [], each }: Form): string =>
  keys
    .map((key) => {
      const whole = input.shape[key] as unknown as z.ZodType;
      const list = isList(inner(whole));
      const name = `${kebab(key)
        .replace(/s$/, list ? '' : 's')
        .toUpperCase()}${list || key === each ? '…' : ''}`;
      return whole.safeParse(undefined).success ? `[${name}]` : name;
    })
    .join(' ');

/** What is done with the files that positionals name. */
const pathsOf = (command: Form): NonNullable<Command['paths']> => {
  const paths = (command.positionals ?? []).map((key) => (flagOf(command, key) || {}).path);
  return paths.every((path) => path === undefined) ? [] : paths;
};

/** The text of a file that a flag names, without the line end that editors and `echo` put behind it. USAGE where it cannot be read, or is larger. */
const textOf = (path: string, maxBytes: number): string => {
  if (path === '-') {
    const text = readFileSync(0, 'utf8');
    if (Buffer.byteLength(text) > maxBytes)
      throw new AppError('USAGE', `standard input has more than ${maxBytes} bytes`);
    return text.replace(/\r?\n$/, '');
  }
  const size = statSync(path, { throwIfNoEntry: false })?.size;
  if (size === undefined) throw new AppError('USAGE', `there is no file ${path}`);
  if (size > maxBytes) throw new AppError('USAGE', `${path} is larger than ${maxBytes} bytes`);
  return readFileSync(path, 'utf8').replace(/\r?\n$/, '');
};

/** The words of a command line as the input of an operation; USAGE for what does not fit. */
const inputOf = (
  { name, input, command }: Pick<Operation<never>, 'name' | 'input' | 'command'>,
  { texts, flag, positionals }: CommandContext,
): unknown => {
  const words = [...positionals];
  const values: Record<string, unknown> = {};
  const keys = command?.positionals ?? [];
  const paged = isPaged(input);
  for (const [key, whole] of Object.entries(input.shape) as [string, z.ZodType][]) {
    const schema = inner(whole);
    const at = keys.indexOf(key as never);
    const option = flagOf(command, key);
    if (option === false || (paged && (key === 'limit' || key === 'after'))) continue;
    const named = option.name ?? kebab(key);
    const given = at < 0 ? [...texts(named)] : isList(schema) ? words.slice(at) : words.slice(at, at + 1);
    if (schema instanceof z.ZodBoolean || option.means !== undefined) {
      if (flag(named)) values[key] = option.means ?? true;
    } else if (isList(schema)) {
      if (given.length > 0) values[key] = given.map((text) => fromText(inner(schema.element as z.ZodType), text));
    } else if (given[0] !== undefined)
      values[key] = fromText(schema, option.reads === undefined ? given[0] : textOf(given[0], option.reads));
  }
  const isOpen = keys.some((key) => isList(inner(input.shape[key] as unknown as z.ZodType)));
  if (words.length > keys.length && !isOpen)
    throw new AppError('USAGE', `sallyport ${name.replaceAll('.', ' ')} does not take ${words[keys.length]}`);
  const parsed = input.safeParse(values, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? '');
  const isPositional = keys.includes(key as never);
  const option = flagOf(command, key);
  const shown = isPositional ? kebab(key).toUpperCase() : `--${(option === false ? {} : option).name ?? kebab(key)}`;
  if (!Object.hasOwn(values, key)) throw new AppError('USAGE', `${shown} is missing`);
  const known = choices(inner((input.shape as Record<string, z.ZodType>)[key] ?? z.unknown()));
  const message = known === '' ? `${shown} does not fit` : `${shown} takes ${known}`;
  // What would fit stands below it, in the console's texts.
  throw new AppError('USAGE', message, { fields: toFieldErrors(parsed.error) });
};

/** The command of an operation; `parts` makes what it needs of an opened appliance. */
export function toCommand<N>(
  operation: Operation<N>,
  parts: (appliance: Awaited<ReturnType<CommandContext['open']>>) => Promise<N>,
): Command | undefined {
  const { command, input, summary } = operation;
  if (command === undefined) return undefined;
  const keys: readonly string[] = command.positionals ?? [];
  const paged = isPaged(input);
  const { rows: mostByDefault = 100 } = command;
  const options = Object.entries(input.shape).flatMap(([key, whole]): [string, OptionSpec][] => {
    const flag = flagOf(command, key);
    if (keys.includes(key) || flag === false || (paged && key === 'after')) return [];
    const help =
      paged && key === 'limit' ? { help: `most rows (${Number.isFinite(mostByDefault) ? mostByDefault : 'all'})` } : {};
    return [[flag.name ?? kebab(key), optionOf(whole as unknown as z.ZodType, { ...flag, ...help })]];
  });
  const { instead = {} } = command;
  for (const [name, other] of Object.entries(instead)) options.push([name, { help: other.summary }]);
  return {
    summary,
    ...(keys.length === 0 ? {} : { positionals: positionalsOf(input, command), paths: pathsOf(command) }),
    options: Object.fromEntries(options),
    example: command.example,
    run: async (context) => {
      const { out, positionals } = context;
      const [, acting = operation] = Object.entries(instead).find(([name]) => context.flag(name)) ?? [];
      const { print, json, exit } = acting.command ?? command;
      const last = keys.length - 1;
      const several = command.each === undefined ? [] : positionals.slice(last);
      const calls = several.length === 0 ? [positionals] : several.map((word) => [...positionals.slice(0, last), word]);
      const all = calls.map((words) => inputOf(operation as never, { ...context, positionals: words }) as object);
      const limit = context.text('limit');
      const most = paged ? (limit === undefined ? mostByDefault : limitOf(limit)) : 0;
      const needs = await parts(await context.open());
      const stop = new AbortController();
      const onInterrupt = (): void => stop.abort();
      if (command.stoppable) process.once('SIGINT', onInterrupt);
      const caller = { ...needs, actor: context.cliActor(), note: out.note, signal: stop.signal };
      for (const given of all) acting.find?.(caller, given);
      const results: unknown[] = [];
      const exits: number[] = [];
      for (const given of all) {
        const answer = paged
          ? await readPages(most, (paging) => acting.run(caller, { ...given, ...paging }))
          : await acting.run(caller, given);
        print(out, answer, given);
        if (paged) noteMore(answer as Page, out);
        results.push(json === undefined ? answer : json(answer, given, caller));
        exits.push(exit?.(answer) ?? 0);
      }
      process.off('SIGINT', onInterrupt);
      out.result(command.each === undefined ? results[0] : { items: results });
      return Math.max(...exits);
    },
  };
}
