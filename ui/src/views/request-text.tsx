import type { Ctx } from '../context.ts';

/** The whole request, exactly as it would be signed, or one group of it. */
export type RequestTextProps = {
  readonly ctx: Ctx;
  readonly number: number;
  readonly group?: string | undefined;
  readonly text: string;
  readonly bytes: number;
};

/** In work. */
export const RequestText = ({ ctx }: RequestTextProps) => <p>{ctx.site.name}</p>;
