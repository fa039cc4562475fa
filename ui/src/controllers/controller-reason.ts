import type { Ctx } from '../context.ts';
import type { Message } from '../model.ts';

/** Why a controller is as it is; a field of the record is named by its label. */
export const controllerReason = (ctx: Ctx, { key, params }: Message): string => {
  const field = params?.['field'];
  if (typeof field !== 'string') return ctx.say({ key, ...(params === undefined ? {} : { params }) });
  return ctx.say({
    key,
    params: { ...params, field: ctx.tDynamic(`collection.controller.field.${field}`, {}, field) },
  });
};
