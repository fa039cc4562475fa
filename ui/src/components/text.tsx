import type { Child } from 'hono/jsx';
import { type Ctx, useCtx } from '../context.ts';
import type { FieldColumn, FieldType, Value, ValueUnit, When } from '../model.ts';

/** The dash for the unknown. */
export const Unknown = () => {
  const ctx = useCtx();
  return (
    <span class="dim">
      <span aria-hidden="true">–</span>
      <span class="vh">{ctx.t('common.unknown')}</span>
    </span>
  );
};

/** An exact time, machine-readable. */
export const Time = ({ at, form = 'dateTime' }: { at: When; form?: 'dateTime' | 'dayTime' | 'time' | 'date' }) => {
  const ctx = useCtx();
  return <time datetime={ctx.fmt.iso(at)}>{ctx.fmt[form](at)}</time>;
};

/** How long ago, with the exact time as title. */
export const Age = ({ at }: { at: When | null | undefined }) => {
  const ctx = useCtx();
  return at === null || at === undefined ? (
    <Unknown />
  ) : (
    <time datetime={ctx.fmt.iso(at)} title={ctx.fmt.dateTime(at)}>
      {ctx.fmt.age(at)}
    </time>
  );
};

/** A row without a value: a dash in its column; in the record of a narrow screen, what it is. */
export const Ordinary = ({ other }: { other: string | undefined }) => (
  <>
    <span class="hide-narrow">–</span>
    <span class="narrow-only">{other}</span>
  </>
);

/** A link where it opens for the reader, else its words alone. */
export const To = ({
  href,
  children,
  ...rest
}: {
  href: string;
  children: Child;
  class?: string;
  translate?: 'no';
}) => {
  const ctx = useCtx();
  return ctx.opens(href) ? (
    <a href={href} {...rest}>
      {children}
    </a>
  ) : (
    <span {...rest}>{children}</span>
  );
};

/** A number is a link to the list that it counts; a zero is plain dim text. */
export const Count = ({ n, href }: { n: number; href?: string | undefined }) => {
  const ctx = useCtx();
  return n === 0 ? (
    <span class="dim">0</span>
  ) : href === undefined || !ctx.opens(href) ? (
    <span>{ctx.fmt.number(n)}</span>
  ) : (
    <a href={href}>{ctx.fmt.number(n)}</a>
  );
};

/** A hash in fours; copied as it is read. */
export const Hash = ({ value, id }: { value: string; id?: string }) => (
  <span class="hash" translate="no" id={id}>
    {value.replace(/(.{4})(?=.)/g, '$1 ')}
  </span>
);

const fingerprint = /^[0-9a-f]{40,128}$/;
const shortWord = /^\S{1,18}$/;

/** A name, a number or a text that is not of the catalogue. A fingerprint comes in fours, and one short word is never broken. */
export const Verbatim = ({ children: text }: { children: string }) =>
  fingerprint.test(text) ? (
    <Hash value={text} />
  ) : (
    <span translate="no" class={shortWord.test(text) ? 'nowrap' : undefined}>
      {text}
    </span>
  );

const sizeOf = (ctx: Ctx, value: number, unit: ValueUnit | undefined): string =>
  unit === 'bytes'
    ? ctx.fmt.bytes(value)
    : unit === 'kilobytes'
      ? ctx.fmt.bytes(value * 1_000)
      : unit === 'seconds'
        ? ctx.fmt.duration(value * 1_000)
        : unit === 'identifier'
          ? String(value)
          : ctx.fmt.number(value);

/** A value as text, for titles, CSV-like places and tests. */
export const valueText = (ctx: Ctx, value: Value, type: FieldType | undefined, unit?: ValueUnit): string => {
  if (value === null || value === '') return '–';
  if (typeof value === 'boolean') return value ? ctx.t('common.yes') : ctx.t('common.no');
  if (type === 'time' && !Array.isArray(value)) return ctx.fmt.dateTime(value as When);
  if (typeof value === 'number') return sizeOf(ctx, value, unit);
  if (typeof value === 'string') return value;
  return value.length === 0 ? '–' : value.join(', ');
};

/** A value of a declared field. What devices report is never translated. */
export const ValueText = ({
  value,
  type,
  unit,
}: {
  value: Value;
  type?: FieldType | undefined;
  unit?: ValueUnit | undefined;
}) => {
  const ctx = useCtx();
  const text = valueText(ctx, value, type, unit);
  if (text === '–') return <Unknown />;
  if (type === 'time') return <Time at={value as When} />;
  return typeof value === 'string' ? <Verbatim>{text}</Verbatim> : <span>{text}</span>;
};

/** The words of a declared choice; the value itself where there are none. */
export const choiceText = (ctx: Ctx, column: FieldColumn, value: string): string =>
  ctx.tDynamic(`collection.${column.collection}.choice.${column.name}.${value}`, {}, value);

/** A value in its column. */
export const FieldText = ({ column, value }: { column: FieldColumn; value: Value }) => {
  const ctx = useCtx();
  return column.choice && typeof value === 'string' ? (
    <span>{choiceText(ctx, column, value)}</span>
  ) : (
    <ValueText value={value} type={column.type} unit={column.unit} />
  );
};
