// An operation is an act or a question, declared once: the API's route and its document, the command with its help, the right
// and the answer's shape come from it (to-route.ts, to-command.ts). Pages call the same services.
//
// `run` of what is made here asks for the right and checks the answer; its callers parse the input.

import type { PathUse } from '@sallyport/bundle-tools/person/kinds';
import type { z } from 'zod';
import type { Output } from '../../cli/command.ts';
import {
  type Actor,
  type Area,
  type Bound,
  deciderScope,
  type Right,
  requireDecider,
  requireRight,
  scopeOf,
  type WriteRight,
} from '../../engine/objects/types.ts';
import type { EntryParts } from '../../entry-parts.ts';
import { AppError } from '../../platform/errors.ts';
import type { DeepReadonly } from '../../platform/shapes.ts';
import type { Method, PersonNeed, SentFile, Upload } from '../api/route.ts';
import { namingWanted } from './not-found.ts';

/** Who calls. */
export type Caller = {
  actor: Actor;
  /** A line for people while it runs; nowhere over the API. */
  note: (text: string) => void;
  /** The call, over the API: its bytes where the operation takes an upload, its signal. */
  request?: Request;
  /** Ctrl-C at a command that is `stoppable`. */
  signal?: AbortSignal;
};

/** How a flag of the command looks where it does not follow from the input. */
export type Flag = {
  name?: string;
  value?: string;
  help?: string;
  short?: string;
  /** It has no value of its own and means this one. */
  means?: unknown;
  /** It names a file; its text, of at most so many bytes, is the value. */
  reads?: number;
  /** It names a file or a folder that the operation itself opens: what is done with it. */
  path?: PathUse;
  /** Though the call does not need it. */
  required?: true;
};

/** The command: `tag add` for `tag.add`. */
type CommandForm<N, I, O> = {
  /** Keys of the input that stand without a flag, in this order; only the last may be a list. */
  positionals?: ReadonlyArray<keyof I & string>;
  /** `false`: the command does not have it. */
  flags?: Partial<Record<keyof I & string, Flag | false>>;
  /** Of a list in pages: how many rows come where --limit is not given, 100 by default. */
  rows?: number;
  /** The last positional, which may be repeated: the operation runs for each, and --json prints `{ items }`. */
  each?: keyof I & string;
  /** Ctrl-C does not kill it: `signal` tells it to end. */
  stoppable?: true;
  /** Flags with which another operation with the same input runs instead: `{ show: preview }`. */
  instead?: Readonly<Record<string, Operation<N>>>;
  example: string;
  /** The answer for people. */
  print: (out: Pick<Output, 'line' | 'table' | 'note'>, answer: O, input: I) => void;
  /** What --json prints where it is not the answer itself. */
  json?: (answer: O, input: I, context: N & Caller) => unknown;
  /** 1 where an answer says that something is wrong. */
  exit?: (answer: O) => 0 | 1;
};

/** One of the choices of a field. */
export type FormChoice = { readonly value: string; readonly label: string };

/** The form of an operation on a page (server/console/operation-form.tsx), where it does not follow from the input. */
type FormOf<N, I, O> = {
  /** Where it is sent; parts of the address are keys of the input. */
  at: { readonly pattern: string };
  /** Where one is led afterwards. */
  back: (answer: O, input: I) => string;
  /** Fields of several lines, with how many are shown. */
  areas?: Partial<Record<keyof I & string, number>>;
  /** Fields that no page gives back. */
  secrets?: ReadonlyArray<keyof I & string>;
  /** What can be chosen where the input does not say so; `word` has the words of a key. */
  choices?: Partial<
    Record<keyof I & string, (context: N & Pick<Caller, 'actor'>, word: (key: string) => string) => FormChoice[]>
  >;
  /** Its button warns. */
  isGrave?: true;
};

/** The same with the types of one operation taken away. */
type OperationForm<N> = FormOf<N, Readonly<Record<string, unknown>>, unknown>;

/** Where an operation stands: its file says once what most of its operations have. */
type Place = {
  /** What it reads or writes belongs to this. */
  bound: Bound;
  area: Area;
  /** What it says is cut to what the caller reaches: a right over a part of the site is enough. Without it only one over all is. */
  scoped?: true;
};

type Head<I extends z.ZodObject> = {
  /** Words of the command, and the name in the table of operations: `tag.add`, `controller.integrity.approve`. */
  name: string;
  /** Says yes or no to what waits: of a right to write, the one to approve beside it is enough. */
  decides?: true;
  /** A token is refused, always or where it would agree: the document says so. */
  person?: PersonNeed;
  /** `any`: every signed-in account. Services check once more what they change. */
  right: Right | 'any';
  summary: string;
  description?: string;
  /** Parts of the path, and the parameters or the body: all that is given. A strict object. */
  input: I;
};

/** 204: the API says nothing, and the answer is the command's. */
type Http = { method: Method; path: `/${string}`; status?: 200 | 201 | 204; upload?: Upload };

type Spec<N, I extends z.ZodObject, R extends z.ZodType> = Partial<Place> &
  Head<I> & {
    /** `{x}` in the path is the key `x` of the input. */
    http?: Http;
    /** `z.void()` where there is nothing to say (204). */
    output: R;
    command?: CommandForm<N, z.output<I>, z.output<R>>;
    form?: FormOf<N, z.output<I>, z.output<R>>;
    /** Throws where there is nothing to act on; a command for several asks it of all before the first is changed. */
    find?: (context: N & Caller, input: z.output<I>) => unknown;
    run: (context: N & Caller, input: z.output<I>) => DeepReadonly<z.input<R>> | Promise<DeepReadonly<z.input<R>>>;
  };

type FileSpec<N, I extends z.ZodObject> = Partial<Place> &
  Head<I> & {
    http: Http;
    /** The media type of the file. */
    file: string;
    run: (context: N & Caller, input: z.output<I>) => SentFile | Promise<SentFile>;
  };

/** An operation over the parts `N` of the appliance, with input and answer checked inside. */
export type Operation<N> = Place &
  Head<z.ZodObject> & {
    http: Http | undefined;
    answers: { json: z.ZodType } | { file: string };
    command: CommandForm<N, unknown, unknown> | undefined;
    form: OperationForm<N> | undefined;
    find: ((context: N & Caller, input: unknown) => unknown) | undefined;
    /** Throws FORBIDDEN. */
    assertRight: (actor: Actor) => void;
    /** Takes an input that was parsed. Throws FORBIDDEN without the right, INTERNAL where the answer is not of its shape. */
    run: (context: N & Caller, input: unknown) => Promise<unknown>;
  };

/** Operations that are made from declarations at run time, and the shapes that stand in the document under a name. */
export type MadeOperations<N> = {
  operations: ReadonlyArray<Operation<N>>;
  schemas: Readonly<Record<string, z.ZodType>>;
};

/** An answer that does not fit is a defect of ours: INTERNAL, not sent. */
const checked = (name: string, schema: z.ZodType, answer: unknown): unknown => {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  const paths = parsed.error.issues.slice(0, 5).map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new AppError('INTERNAL', `${name} answers against its schema: ${paths.join('; ')}`);
};

/** What is not there is named as it was asked for: by the keys of the input that stand in the address. */
const naming = async <R>(http: Http | undefined, input: unknown, run: () => R | Promise<R>): Promise<R> => {
  try {
    return await run();
  } catch (error) {
    const given = input as Readonly<Record<string, unknown>>;
    const keys = [...(http?.path ?? '').matchAll(/\{(\w+)\}/g)].map(([, key = '']) => key);
    throw namingWanted(
      error,
      keys.map((key) => String(given[key])),
    );
  }
};

const assertRightOf =
  ({ right, scoped, decides }: Place & Head<z.ZodObject>) =>
  (actor: Actor): void => {
    if (right === 'any') return;
    if (scoped === true && decides === true) deciderScope(actor, right as WriteRight);
    else if (scoped === true) scopeOf(actor, right);
    else if (decides === true) requireDecider(actor, right as WriteRight);
    else requireRight(actor, right);
  };

/** What refuses parts that the appliance does not have, in the file that names them. */
type Held<N> = EntryParts extends N
  ? object
  : Record<Exclude<keyof N, keyof EntryParts>, 'compose.ts makes no such part'>;

/**
 * The way to declare operations over the parts `N`:
 * `const { operation, download } = operationsOver<{ rules: RuleService }>({ area: 'devices', bound: 'device' })`.
 */
export function operationsOver<N extends Held<N>>(place: Place) {
  return {
    operation: <I extends z.ZodObject, R extends z.ZodType>(spec: Spec<N, I, R>): Operation<N> => {
      const { http, output, command, form, find, run, ...own } = spec;
      const head = { ...place, ...own };
      const assertRight = assertRightOf(head);
      return {
        ...head,
        http,
        answers: { json: output },
        command: command as CommandForm<N, unknown, unknown> | undefined,
        form: form as OperationForm<N> | undefined,
        find: find as Operation<N>['find'],
        assertRight,
        run: async (context, input) => {
          assertRight(context.actor);
          return checked(head.name, output, await naming(http, input, () => run(context, input as z.output<I>)));
        },
      };
    },
    download: <I extends z.ZodObject>(spec: FileSpec<N, I>): Operation<N> => {
      const { http, file, run, ...own } = spec;
      const head = { ...place, ...own };
      const assertRight = assertRightOf(head);
      return {
        ...head,
        http,
        answers: { file },
        command: undefined,
        form: undefined,
        find: undefined,
        assertRight,
        run: async (context, input) => {
          assertRight(context.actor);
          return naming(http, input, () => run(context, input as z.output<I>));
        },
      };
    },
  };
}
