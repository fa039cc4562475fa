import type { FieldErrors } from '../../platform/errors.ts';
import { AppError } from '../../platform/errors.ts';
import { toFieldErrors } from '../../platform/validation.ts';
import { settingSchema } from './schema.ts';
import type { Setting, SettingValue } from './types.ts';

/** The declared settings: their defaults and the check of a value. */
export const settingTable = (settings: readonly Setting[]) => {
  const byName = new Map(settings.map((setting) => [setting.name, { setting, schema: settingSchema(setting) }]));
  const entry = (name: string) => {
    const found = byName.get(name);
    if (found === undefined) throw new AppError('NOT_FOUND', `setting ${name} is not declared`);
    return found;
  };
  return {
    all: settings,
    get: (name: string): Setting => entry(name).setting,
    /** Faults of a value under the field name `value`; none when it fits. */
    faults: (name: string, value: unknown): FieldErrors => {
      if (!byName.has(name)) return { id: { key: 'validation.choice' } };
      const parsed = entry(name).schema.safeParse(value, { reportInput: true });
      if (parsed.success) return {};
      const [fault] = Object.values(toFieldErrors(parsed.error));
      return { value: fault ?? { key: 'validation.invalid' } };
    },
    parse: (name: string, value: unknown): SettingValue => entry(name).schema.parse(value) as SettingValue,
  };
};

export type SettingTable = ReturnType<typeof settingTable>;
