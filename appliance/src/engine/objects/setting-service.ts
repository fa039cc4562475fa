import { once } from '@sallyport/bundle-tools/platform/once';
import type { SettingName, Settings } from '../../all-settings.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { toFieldErrors } from '../../platform/validation.ts';
import { settingSchema } from './schema.ts';
import type { ObjectRow } from './store.ts';
import type { Actor, Body, Obj, Setting, SettingValue, ValueOf, WriteOptions } from './types.ts';

/** The declared settings: their defaults and the check of a value. */
export const settingTable = (settings: readonly Setting[]) => {
  const byName = new Map(
    settings.map((setting) => [setting.name, { setting, schema: once(() => settingSchema(setting)) }]),
  );
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
      const parsed = entry(name).schema().safeParse(value, { reportInput: true });
      if (parsed.success) return {};
      const [fault] = Object.values(toFieldErrors(parsed.error));
      return { value: fault ?? { key: 'validation.invalid' } };
    },
    parse: (name: string, value: unknown): SettingValue => entry(name).schema().parse(value) as SettingValue,
  };
};

type SettingTable = ReturnType<typeof settingTable>;

export type SettingService = {
  settings(): ReadonlyArray<{
    setting: Setting;
    value: SettingValue;
    /** The default as it is at this site now. */
    standard: SettingValue;
    isDefault: boolean;
    revision: number;
  }>;
  /** A setting's value or its default. */
  setting<N extends SettingName>(name: N): ValueOf<Settings[N]>;
  setSetting<N extends SettingName>(actor: Actor, name: N, value: ValueOf<Settings[N]>, options?: WriteOptions): void;
  /** Back to the default. */
  resetSetting(actor: Actor, name: SettingName): void;
  /** Sets what a person named, or sets it back; INVALID, NOT_FOUND. */
  writeSetting(actor: Actor, name: string, value: SettingValue | undefined, options?: WriteOptions): void;
  /** Whether changing it can weaken what protects the site. */
  isSafetySetting(name: string): boolean;
  /** Whether a change waits also where one person is alone. */
  waitsAlone(name: string): boolean;
  /** Whether this value, or the default without one, can weaken what protects the site, as it is set now. */
  canWeaken(name: string, value: SettingValue | undefined): boolean;
  /** The value as it would be kept; INVALID. */
  checkedSetting(name: string, value: SettingValue): SettingValue;
};

/** As it was set; undefined where the default holds. */
const setValue = (row: ObjectRow | undefined): SettingValue | undefined =>
  row === undefined || row.deleted_at !== null
    ? undefined
    : ((JSON.parse(row.body) as { value?: SettingValue | null }).value ?? undefined);

/** What the object engine does for settings, which are objects by their names. */
export function settingService(
  table: SettingTable,
  engine: {
    defaultOf: (setting: Setting) => Setting['default'];
    rowOf: (name: string) => ObjectRow | undefined;
    find: (kind: string, id: string, options: { secrets: true }) => Obj | undefined;
    put: (actor: Actor, kind: string, id: string, patch: Body, options?: WriteOptions) => Obj;
    remove: (actor: Actor, kind: string, id: string) => void;
  },
): SettingService {
  const { defaultOf, rowOf, find, put, remove } = engine;

  const standardOf = (setting: Setting): SettingValue => {
    const value = defaultOf(setting);
    return typeof value === 'object' ? [...value] : value;
  };

  const checkedSetting = (name: string, value: SettingValue): SettingValue => {
    const faults = table.faults(name, value);
    if (Object.keys(faults).length > 0) throw invalid(faults);
    return table.parse(name, value);
  };

  const writeSetting: SettingService['writeSetting'] = (actor, name, value, options) => {
    const held = find('setting', value === undefined ? table.get(name).name : name, { secrets: true });
    if (value === undefined) {
      if (held !== undefined) remove(actor, 'setting', name);
      return;
    }
    // What waited for a second person is void.
    const waits = held?.body['waiting'] !== undefined;
    put(actor, 'setting', name, { value: checkedSetting(name, value), ...(waits ? { waiting: null } : {}) }, options);
  };

  return {
    settings: () =>
      table.all.map((setting) => {
        const row = rowOf(setting.name);
        const [set, standard] = [setValue(row), standardOf(setting)];
        return {
          setting,
          value: set ?? standard,
          standard,
          isDefault: set === undefined,
          revision: row?.revision ?? 0,
        };
      }),
    setting: <N extends SettingName>(name: N) => {
      const setting = table.get(name);
      const value = setValue(rowOf(name)) ?? standardOf(setting);
      if (typeof value !== typeof setting.default)
        throw new AppError('INTERNAL', `setting ${name} holds another type than it declares`);
      return value as ValueOf<Settings[N]>;
    },
    setSetting: writeSetting,
    resetSetting: (actor, name) => writeSetting(actor, name, undefined),
    writeSetting,
    isSafetySetting: (name) => table.all.some((setting) => setting.name === name && setting.safety),
    waitsAlone: (name) => table.all.some((setting) => setting.name === name && setting.waitsAlone === true),
    canWeaken: (name, value) => {
      const setting = table.all.find((one) => one.name === name);
      if (setting?.safety !== true) return false;
      const standard = standardOf(setting);
      const wanted = value ?? standard;
      if (setting.safeSide === 'off') return wanted !== false;
      return !(setting.safeSide === 'lower' && Number(wanted) < Number(setValue(rowOf(name)) ?? standard));
    },
    checkedSetting,
  };
}
