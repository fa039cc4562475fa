import type { Ctx } from '@sallyport/ui/context';
import type { FieldType, Said, Value } from '@sallyport/ui/model';
import type { Context } from 'hono';
import type { Cell } from '../../platform/csv/write.ts';
import { viewContext } from './page.tsx';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

/** The words and forms of a CSV file: heads in the reader's language, times as ISO, numbers as numbers. */
export const sayCsv = (
  deps: ConsoleDeps,
  c: Context<ConsoleEnv>,
): { ctx: Ctx; value: (value: Value, type?: FieldType) => Cell; reasons: (said: readonly Said[]) => string } => {
  const ctx = viewContext(deps, c, 'part');
  return {
    ctx,
    value: (value, type) => {
      if (type === 'time' && typeof value === 'number') return ctx.fmt.iso(value);
      if (typeof value === 'boolean') return value ? ctx.tDynamic('common.yes') : ctx.tDynamic('common.no');
      return value;
    },
    reasons: (said) => said.map(ctx.say).join('; '),
  };
};
