import {
  AreaField,
  Button,
  CheckField,
  ChecksField,
  ErrorSummary,
  PostForm,
  SelectField,
  TextField,
} from '@sallyport/ui/components/form.tsx';
import type { Ctx } from '@sallyport/ui/context';
import type { FieldErrors } from '@sallyport/ui/model';
import type { Context } from 'hono';
import { z } from 'zod';
import { AppError } from '../../platform/errors.ts';
import { fromText, inner, parse } from '../api/wire.ts';
import type { FormChoice, Operation } from '../operations/operation.ts';
import { goWith } from './cookies.ts';
import { type Form, faultsOf } from './form.ts';
import { signedIn } from './guard.ts';
import { viewContext } from './page.tsx';
import { withForm } from './step-up.tsx';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

// The form of an operation: its fields are the members of the input, with their types, bounds and what is required; its words are
// `op.<name>.do` (the button), `.why` (above the fields), `.done` (on the next page), `.<field>`, `.<field>.hint`, `.<field>.<option>`.
// A page shows it among what else it has; a refusal of a field comes back to that page with what was entered, but no secret.

type C = Context<ConsoleEnv>;
type Answer = Response | Promise<Response>;
type Members = readonly (readonly [name: string, schema: z.ZodType])[];

const isOptional = (schema: z.ZodType): boolean => schema.safeParse(undefined).success;
const accepts = (schema: z.ZodType, value: unknown): boolean => schema.safeParse(value).success;

/** The input that a form gives: what is empty is absent, unless only the empty text is left to say so. */
const inputOf = (members: Members, form: Form, address: (name: string) => string | undefined): object =>
  Object.fromEntries(
    members.flatMap(([name, whole]): [string, unknown][] => {
      const part = address(name);
      const schema = inner(whole);
      if (part !== undefined) return [[name, fromText(schema, part)]];
      if (schema instanceof z.ZodBoolean) return [[name, form.text(name) === 'true']];
      if (schema instanceof z.ZodArray) {
        const entry = inner(schema.element as z.ZodType);
        return [[name, form.texts(name).flatMap((text) => (text === '' ? [] : [fromText(entry, text)]))]];
      }
      const text = form.text(name);
      if (text.trim() !== '') return [[name, fromText(schema, text)]];
      return isOptional(whole) || !accepts(whole, '') ? [] : [[name, '']];
    }),
  );

const boundsOf = (schema: z.ZodType): { maxLength?: number; min?: number; max?: number } => {
  if (schema instanceof z.ZodString) return schema.maxLength === null ? {} : { maxLength: schema.maxLength };
  if (!(schema instanceof z.ZodNumber)) return {};
  const { minValue, maxValue } = schema;
  return {
    ...(minValue === null || !Number.isSafeInteger(minValue) ? {} : { min: minValue }),
    ...(maxValue === null || !Number.isSafeInteger(maxValue) ? {} : { max: maxValue }),
  };
};

type FieldProps = {
  ctx: Ctx;
  /** Beginning of the words. */
  words: string;
  name: string;
  schema: z.ZodType;
  values: readonly string[];
  /** In place of the word of the field. */
  hint: string | undefined;
  /** Of an area: how many lines are shown. */
  rows: number | undefined;
  isSecret: boolean;
  /** What was entered is shown again. */
  isRepeated: boolean;
  choices: readonly FormChoice[] | undefined;
};

const OperationField = (props: FieldProps) => {
  const { ctx, words, name, schema: whole, values, hint, rows, isSecret, isRepeated, choices } = props;
  const schema = inner(whole);
  const hints = [
    hint ?? ctx.tDynamic(`${words}.${name}.hint`, {}, ''),
    isSecret && isRepeated ? ctx.t('again.secret') : '',
  ].filter((line) => line !== '');
  const shared = {
    name,
    label: ctx.tDynamic(`${words}.${name}`),
    hint: hints.length === 0 ? undefined : hints.join(' '),
  };
  const [value = ''] = values;
  const required = !isOptional(whole);
  const options =
    choices ??
    (schema instanceof z.ZodEnum
      ? schema.options.map((one) => ({ value: String(one), label: ctx.tDynamic(`${words}.${name}.${one}`) }))
      : undefined);
  if (schema instanceof z.ZodBoolean) return <CheckField {...shared} checked={value === 'true'} value="true" />;
  if (schema instanceof z.ZodArray) return <ChecksField {...shared} values={values} options={options ?? []} />;
  if (options !== undefined)
    return (
      <SelectField
        {...shared}
        value={value}
        options={required ? options : [{ value: '', label: '–' }, ...options]}
        required={required}
      />
    );
  const { min, max, maxLength } = boundsOf(schema);
  if (rows !== undefined)
    return (
      <AreaField {...shared} value={isSecret ? '' : value} rows={rows} maxLength={maxLength} required={required} />
    );
  const type = schema instanceof z.ZodNumber ? 'number' : 'text';
  const bounds = { type, min, max, maxLength, required } as const;
  return isSecret ? (
    <TextField {...shared} {...bounds} autocomplete="off" />
  ) : (
    <TextField {...shared} {...bounds} value={value} />
  );
};

/** An operation's form as a page takes it. */
type OperationFace = {
  /** The fields and the button; with faults and what was entered, where this form was refused. */
  form: (c: C, hints?: Readonly<Record<string, string>>) => ReturnType<typeof PostForm>;
  /** This form was refused. */
  isRefused: (c: C) => boolean;
  /** Takes the form: carries the operation out and goes on, or shows the page again. */
  post: (c: C) => Promise<Response>;
};

/** Makes the form of an operation; `show` gives the page that holds it. */
export function operationForm<N extends object>(
  deps: ConsoleDeps & N,
  operation: Operation<N>,
  show: (c: C) => Answer,
): OperationFace {
  const { name: operationName, form, right } = operation;
  if (form === undefined) throw new AppError('DECLARATION', `${operationName} has no form`);
  const words = `op.${operationName}`;
  const members = Object.entries(operation.input.shape) as [string, z.ZodType][];
  const parts = new Set([...form.at.pattern.matchAll(/:(\w+)/g)].map(([, part = '']) => part));
  const fields = members.filter(([name]) => !parts.has(name));
  const sentTo = (c: C): boolean => c.get('sentTo') === operationName;
  const refusalOf = (c: C): FieldErrors | undefined => (sentTo(c) ? c.get('faults') : undefined);

  const post = async (c: C): Promise<Response> => {
    c.set('sentTo', operationName);
    try {
      const input = parse(
        operation.input,
        inputOf(members, c.get('form'), (name) => (parts.has(name) ? c.req.param(name) : undefined)),
      );
      const answer = await operation.run({ ...deps, actor: signedIn(c).actor, note: () => {} }, input);
      return goWith(c, form.back(answer, input), { message: { key: `${words}.done` } });
    } catch (error) {
      c.set('faults', faultsOf(error));
      c.status(422);
      return show(c);
    }
  };

  return {
    isRefused: (c) => refusalOf(c) !== undefined,
    form: (c, hints = {}) => {
      const ctx = viewContext(deps, c, 'part');
      const sent = c.get('form');
      const labels = Object.fromEntries(fields.map(([name]) => [name, ctx.tDynamic(`${words}.${name}`)]));
      const why = ctx.tDynamic(`${words}.why`, {}, '');
      const { pathname, search } = new URL(c.req.url);
      return (
        <PostForm action={sentTo(c) ? `${pathname}${search}` : form.at.pattern} class="form" errors={refusalOf(c)}>
          <ErrorSummary labels={labels} />
          {why === '' ? null : <p class="second">{why}</p>}
          {fields.map(([name, schema]) => (
            <OperationField
              {...{ ctx, words, name, schema }}
              values={sentTo(c) ? sent.texts(name) : []}
              hint={hints[name]}
              rows={form.areas?.[name]}
              isSecret={form.secrets?.includes(name) === true}
              isRepeated={sentTo(c)}
              choices={form.choices?.[name]?.({ ...deps, actor: signedIn(c).actor }, (key) => ctx.tDynamic(key))}
            />
          ))}
          <div>
            <Button kind={form.isGrave ? 'danger' : 'primary'} {...(right === 'any' ? {} : { needs: right })}>
              {ctx.tDynamic(`${words}.do`)}
            </Button>
          </div>
        </PostForm>
      );
    },
    post: withForm(
      post,
      (c) => {
        c.set('sentTo', operationName);
        return show(c);
      },
      (_c, name) => form.secrets?.includes(name) === true,
    ),
  };
}
