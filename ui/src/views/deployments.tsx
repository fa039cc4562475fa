import type { Ctx } from '../context.ts';
import type { ListState } from '../list.ts';
import type { PageOf, When } from '../model.ts';

export type DeploymentState = 'running' | 'finished' | 'failed' | 'cancelled';

export type DeploymentRow = {
  readonly id: string;
  readonly name: string;
  readonly state: DeploymentState;
  readonly createdAt: When;
  readonly createdBy: string;
  readonly updates: number;
  readonly devices: number;
  readonly tasks: {
    readonly queued: number;
    readonly running: number;
    readonly failed: number;
    readonly installed: number;
    readonly verified: number;
    readonly cancelled: number;
  };
};

export type DeploymentsProps = { readonly ctx: Ctx; readonly list: ListState; readonly page: PageOf<DeploymentRow> };

/** In work. */
export const Deployments = ({ ctx }: DeploymentsProps) => <p>{ctx.site.name}</p>;
