import type { Ctx } from '../context.ts';
import type { FieldErrors, When } from '../model.ts';

export type SettingRow = {
  /** Texts: `setting.<name>.title`, `.help`, options `setting.<name>.option.<value>`. */
  readonly name: string;
  readonly type: 'text' | 'integer' | 'boolean' | 'choice' | 'list' | 'time-of-day';
  readonly unit?: 'bytes' | 'seconds' | 'minutes' | 'hours' | 'days' | undefined;
  readonly options?: readonly string[] | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly value: string | number | boolean | readonly string[];
  readonly standard: string | number | boolean | readonly string[];
  readonly changed?: { readonly revision: number; readonly at: When; readonly who: string } | undefined;
};

/** POST to paths.settings(area): csrf, comment, one field per setting name (a check box that is off sends nothing). */
export type SettingsProps = {
  readonly ctx: Ctx;
  readonly areas: readonly string[];
  readonly area: string;
  readonly settings: readonly SettingRow[];
  readonly errors?: FieldErrors;
};

/** In work. */
export const Settings = ({ ctx }: SettingsProps) => <p>{ctx.site.name}</p>;
