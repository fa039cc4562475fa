import type { Ctx } from '../context.ts';
import type { PageOf, Value, When } from '../model.ts';

export type RevisionRow = {
  readonly revision: number;
  readonly at: When;
  readonly who: string;
  readonly from?: string | undefined;
  /** Key `objects.operation.<operation>`. */
  readonly operation: string;
  readonly comment?: string | undefined;
};

export type ObjectRevisionsProps = {
  readonly ctx: Ctx;
  readonly kind: string;
  readonly area: string;
  readonly id: string;
  readonly title: string;
  readonly current: number;
  readonly deleted: boolean;
  readonly page: PageOf<RevisionRow>;
  /** Two revisions compared: query `a` and `b`. */
  readonly diff?:
    | {
        readonly a: number;
        readonly b: number;
        readonly fields: readonly {
          readonly field: string;
          readonly before: Value;
          readonly after: Value;
          readonly secret?: boolean | undefined;
        }[];
      }
    | undefined;
};

/** In work. */
export const ObjectRevisions = ({ ctx }: ObjectRevisionsProps) => <p>{ctx.site.name}</p>;
