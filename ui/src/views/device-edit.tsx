import type { DeviceHead } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { FieldErrors, Reference } from '../model.ts';

/** POST fields: csrf, revision, displayName, description, group, comment. */
export type DeviceEditProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly revision: number;
  readonly values: { readonly displayName: string; readonly description: string; readonly group: string };
  readonly groups: readonly Reference[];
  readonly errors?: FieldErrors;
};

/** In work. */
export const DeviceEdit = ({ ctx }: DeviceEditProps) => <p>{ctx.site.name}</p>;
