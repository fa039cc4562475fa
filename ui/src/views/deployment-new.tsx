import type { Ctx } from '../context.ts';
import type { FieldErrors, Reference } from '../model.ts';

/**
 * POST fields: csrf, name, update (repeated), target devices|group, device (repeated), group, timeoutMinutes, comment,
 * confirm (the number of devices, when there are more than 50).
 */
export type DeploymentNewProps = {
  readonly ctx: Ctx;
  readonly name: string;
  readonly updates: readonly (Reference & {
    readonly version: string;
    readonly sizeBytes: number;
    readonly devices: number;
  })[];
  readonly devices: readonly Reference[];
  /** How many devices the chosen target has that need one of the updates. */
  readonly deviceCount: number;
  readonly groups: readonly Reference[];
  readonly group?: string | undefined;
  readonly timeoutMinutes: number;
  readonly errors?: FieldErrors;
};

/** In work. */
export const DeploymentNew = ({ ctx }: DeploymentNewProps) => <p>{ctx.site.name}</p>;
