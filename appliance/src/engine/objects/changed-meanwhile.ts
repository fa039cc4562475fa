import type { Value } from '@sallyport/ui/model';
import type { ObjectService } from './service.ts';
import type { Kind, Obj } from './types.ts';
import { formValues } from './view.ts';

type Values = Readonly<Record<string, Value>>;

const isSame = (a: Value | undefined, b: Value | undefined): boolean =>
  JSON.stringify(a ?? null) === JSON.stringify(b ?? null);

/**
 * What a form says that was opened at revision `from` and is sent after another person saved: what it did not touch is as they left
 * it. `rows` are the fields in which it still differs.
 */
export function changedMeanwhile(
  objects: Pick<ObjectService, 'diff'>,
  kind: Kind,
  object: Obj,
  from: number,
  typed: Values,
): {
  values: Record<string, Value>;
  meanwhile: { rows: { field: string; theirs: Value; mine: Value }[] };
} {
  const changes = objects.diff(kind.name, object.id, from, object.revision);
  const theirs = formValues(kind, object.body);
  const before = formValues(kind, {
    ...object.body,
    ...Object.fromEntries(changes.map(({ field, before: value }) => [field, value])),
  });
  const values = Object.fromEntries(
    Object.entries(typed).map(([name, mine]) => [name, isSame(mine, before[name]) ? (theirs[name] ?? null) : mine]),
  );
  return {
    values,
    meanwhile: {
      rows: Object.entries(values)
        .map(([field, mine]) => ({ field, theirs: theirs[field] ?? null, mine }))
        .filter((row) => !isSame(row.theirs, row.mine)),
    },
  };
}
