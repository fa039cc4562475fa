import type { Ctx } from '../context.ts';

/** An OpenAPI 3.1 document as parsed JSON. */
export type ApiReferenceProps = { readonly ctx: Ctx; readonly document: Readonly<Record<string, unknown>> };

/** In work. */
export const ApiReference = ({ ctx }: ApiReferenceProps) => <p>{ctx.site.name}</p>;
