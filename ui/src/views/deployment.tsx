import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { Installation, PageOf, Reference, When } from '../model.ts';
import type { DeploymentRow } from './deployments.tsx';

export type TaskRow = {
  readonly id: string;
  readonly device: Reference;
  readonly update: Reference;
  readonly state: Installation;
  readonly at?: When | undefined;
  readonly attempt: number;
  /** Refusal or failure: an error code and the exit code. */
  readonly code?: string | undefined;
  readonly exitCode?: number | undefined;
  /** The end of the output, for the open row. */
  readonly output?: string | undefined;
};

export type DeploymentProps = {
  readonly ctx: Ctx;
  readonly deployment: DeploymentRow;
  readonly group?: Reference | undefined;
  readonly updates: readonly Reference[];
  readonly list: ListState;
  readonly tasks: PageOf<TaskRow>;
  readonly timeoutMinutes: number;
};

/** In work. */
export const Deployment = ({ ctx }: DeploymentProps) => <p>{ctx.site.name}</p>;
