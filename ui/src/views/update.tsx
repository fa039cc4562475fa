import type { Ctx } from '../context.ts';
import type { Installation, PageOf, Reference, When } from '../model.ts';
import type { UpdateRow } from './updates.tsx';

export type UpdateProps = {
  readonly ctx: Ctx;
  readonly update: UpdateRow;
  readonly purl: string;
  readonly signer: string;
  readonly files: readonly { readonly sha256: string; readonly sizeBytes: number; readonly held: boolean }[];
  readonly depends: readonly Reference[];
  readonly supersedes: readonly Reference[];
  readonly supersededBy?: Reference | undefined;
  /** SHA-256 and text when it is here. */
  readonly licence?:
    | {
        readonly sha256: string;
        readonly text?: string;
        readonly accepted?: { readonly who: string; readonly at: When };
      }
    | undefined;
  readonly decided?:
    | { readonly who: string; readonly at: When; readonly comment?: string; readonly revision: number }
    | undefined;
  readonly devices: PageOf<{
    readonly device: Reference;
    readonly installedVersion?: string | undefined;
    readonly installation?: Installation | undefined;
    readonly at?: When | undefined;
    readonly deployment?: string | undefined;
    readonly code?: string | undefined;
  }>;
  readonly findings: readonly { readonly id: string; readonly advisory: string }[];
};

/** In work. */
export const Update = ({ ctx }: UpdateProps) => <p>{ctx.site.name}</p>;
