import { isControllerService } from '@sallyport/bundle-tools/controllers/controller-ports';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { once } from '@sallyport/bundle-tools/platform/once';
import { z } from 'zod';
import type { FieldErrors } from '../../platform/errors.ts';
import { cleanLine, cleanLines } from '../../platform/text.ts';
import { isTimeZone, timeZoneFault } from '../../platform/time-zone.ts';
import { timeText, toFieldErrors } from '../../platform/validation.ts';
import type { Body, Kind, KindField, Setting } from './types.ts';

const maxJsonBytes = 64 * 1024;
const maxEntries = 1_000;

const jsonValue = z.unknown().refine((value) => value !== undefined && JSON.stringify(value).length <= maxJsonBytes);

const text = (field: Pick<KindField, 'min' | 'max'>, longest: number, clean: (text: string) => string) =>
  z
    .string()
    .max(field.max ?? longest)
    .transform((value) => clean(value).trim())
    .pipe(z.string().min(field.min ?? 1));

/** What is wrong with a port to connect to on which controllers speak. */
const controllerPort = { params: { key: 'validation.controllerPort' } };
const isAllowed = (format: string | undefined, number: number): boolean =>
  format !== 'port' || !isControllerService(number);
const portText = z
  .string()
  .regex(/^[1-9]\d{0,4}$/)
  .refine((text) => Number(text) <= 65_535)
  .refine((text) => !isControllerService(Number(text)), controllerPort);

const schemaOf = (field: KindField): z.ZodType => {
  switch (field.type) {
    case 'text':
      return text(field, 200, cleanLine);
    case 'multiline':
      return text(field, 10_000, cleanLines);
    case 'integer':
      return z
        .int()
        .min(field.min ?? Number.MIN_SAFE_INTEGER)
        .max(field.max ?? Number.MAX_SAFE_INTEGER)
        .refine((number) => isAllowed(field.format, number), controllerPort);
    case 'boolean':
      return z.boolean();
    case 'time':
      return timeText;
    case 'choice':
      return z.enum([...(field.options ?? [])] as [string, ...string[]]);
    case 'reference':
      return z.string().min(1).max(512);
    case 'list':
      return z
        .array(
          field.options === undefined
            ? z.string().min(1).max(1_000).transform(cleanLine)
            : z.enum([...field.options] as [string, ...string[]]),
        )
        .max(field.max ?? maxEntries);
    case 'secret':
      return z
        .string()
        .min(1)
        .max(field.max ?? 8_192);
    case 'json':
      return jsonValue;
  }
};

type BodyCheck = { ok: true; body: Body } | { ok: false; fields: FieldErrors };

/** The validation of a kind's body, from its declaration. Absent optional fields stay absent, defaults are filled in. */
export const bodySchema = (kind: Kind): ((body: Body) => BodyCheck) => {
  const schema = once(() => {
    const shape: Record<string, z.ZodType> = {};
    for (const [name, field] of Object.entries(kind.fields)) {
      const one = schemaOf(field);
      shape[name] = field.default !== undefined ? one.default(field.default) : field.required ? one : one.optional();
    }
    return z.strictObject(shape);
  });
  return (body) => {
    // Forms send empty fields: they are absent, like null.
    const given = Object.fromEntries(
      Object.entries(body).filter(([, value]) => value !== null && value !== undefined && value !== ''),
    );
    const parsed = schema().safeParse(given, { reportInput: true });
    if (!parsed.success) return { ok: false, fields: toFieldErrors(parsed.error) };
    return { ok: true, body: defined(parsed.data) };
  };
};

/** The validation of a setting's value, from its declaration. */
export const settingSchema = (setting: Setting): z.ZodType => {
  switch (setting.type) {
    case 'text':
      return z
        .string()
        .min(setting.min ?? 0)
        .max(setting.max ?? 1_000)
        .transform(cleanLine)
        .superRefine((text, c) => {
          if (setting.format !== 'time-zone' || text === '' || isTimeZone(text)) return;
          c.addIssue({ code: 'custom', params: timeZoneFault(text) });
        });
    case 'integer':
      return z
        .int()
        .min(setting.min ?? 0)
        .max(setting.max ?? Number.MAX_SAFE_INTEGER)
        .refine((number) => isAllowed(setting.format, number), controllerPort);
    case 'boolean':
      return z.boolean();
    case 'choice':
      return z.enum([...(setting.options ?? [])] as [string, ...string[]]);
    case 'list':
      return z
        .array(setting.format === 'port' ? portText : z.string().min(1).max(1_000).transform(cleanLine))
        .max(setting.max ?? maxEntries);
    case 'time-of-day':
      return z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/);
  }
};
