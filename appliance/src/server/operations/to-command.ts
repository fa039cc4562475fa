import { z } from 'zod';
import type { Command, CommandContext, OptionSpec } from '../../cli/command.ts';
import { AppError } from '../../platform/errors.ts';
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

const optionOf = (whole: z.ZodType, flag: Flag = {}): OptionSpec => {
  const schema = inner(whole);
  const type = schema instanceof z.ZodBoolean ? 'boolean' : 'string';
  return {
    type,
    help: flag.help ?? ([describe(whole), choices(schema)].filter(Boolean).join(': ') || 'see the API document'),
    ...(type === 'string' ? { value: flag.value ?? valueName(schema) } : {}),
    ...(isList(schema) ? { multiple: true } : {}),
    ...(flag.short === undefined ? {} : { short: flag.short }),
    ...(whole.safeParse(undefined).success ? {} : { required: true }),
  };
};

/** `TAG DEVICE…`, with what may be left out in brackets. */
const positionalsOf = (input: z.ZodObject, keys: readonly string[]): string =>
  keys
    .map((key) => {
      const whole = input.shape[key] as unknown as z.ZodType;
      const name = `${kebab(key)
        .replace(/s$/, isList(inner(whole)) ? '' : 's')
        .toUpperCase()}${isList(inner(whole)) ? '…' : ''}`;
      return whole.safeParse(undefined).success ? `[${name}]` : name;
    })
    .join(' ');

/** The words of a command line as the input of an operation; USAGE for what does not fit. */
const inputOf = (
  { name, input, command }: Pick<Operation<never>, 'name' | 'input' | 'command'>,
  { texts, flag, positionals }: CommandContext,
): unknown => {
  const words = [...positionals];
  const values: Record<string, unknown> = {};
  const keys = command?.positionals ?? [];
  for (const [key, whole] of Object.entries(input.shape) as [string, z.ZodType][]) {
    const schema = inner(whole);
    const at = keys.indexOf(key as never);
    const option = command?.flags?.[key as never] as Flag | undefined;
    const given =
      at < 0 ? [...texts(option?.name ?? kebab(key))] : isList(schema) ? words.slice(at) : words.slice(at, at + 1);
    if (schema instanceof z.ZodBoolean) {
      if (flag(option?.name ?? kebab(key))) values[key] = true;
    } else if (isList(schema)) {
      if (given.length > 0) values[key] = given.map((text) => fromText(inner(schema.element as z.ZodType), text));
    } else if (given[0] !== undefined) values[key] = fromText(schema, given[0]);
  }
  const isOpen = keys.some((key) => isList(inner(input.shape[key] as unknown as z.ZodType)));
  if (words.length > keys.length && !isOpen)
    throw new AppError('USAGE', `sallyport ${name.replaceAll('.', ' ')} does not take ${words[keys.length]}`);
  const parsed = input.safeParse(values);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const key = String(issue?.path[0] ?? '');
  const isPositional = keys.includes(key as never);
  const shown = isPositional
    ? kebab(key).toUpperCase()
    : `--${(command?.flags?.[key as never] as Flag | undefined)?.name ?? kebab(key)}`;
  const isMissing = !Object.hasOwn(values, key);
  throw new AppError('USAGE', isMissing ? `${shown} is missing` : `${shown}: ${issue?.message ?? 'does not fit'}`);
};

/** The command of an operation; `parts` makes what it needs of an opened appliance. */
export function toCommand<N>(
  operation: Operation<N>,
  parts: (appliance: Awaited<ReturnType<CommandContext['open']>>) => Promise<N>,
): Command | undefined {
  const { command, input, summary } = operation;
  if (command === undefined) return undefined;
  const keys: readonly string[] = command.positionals ?? [];
  const options = Object.entries(input.shape)
    .filter(([key]) => !keys.includes(key))
    .map(([key, whole]) => {
      const flag = command.flags?.[key as never] as Flag | undefined;
      return [flag?.name ?? kebab(key), optionOf(whole as unknown as z.ZodType, flag)] as const;
    });
  return {
    summary,
    ...(keys.length === 0 ? {} : { positionals: positionalsOf(input, keys) }),
    options: Object.fromEntries(options),
    example: command.example,
    run: async (context) => {
      const given = inputOf(operation as Pick<Operation<never>, 'name' | 'input' | 'command'>, context);
      const needs = await parts(await context.open());
      const answer = await operation.run({ ...needs, actor: context.cliActor(), note: context.out.note }, given);
      command.print(context.out, answer, given);
      context.out.result(command.json === undefined ? answer : command.json(answer, given));
      return command.exit?.(answer) ?? 0;
    },
  };
}
