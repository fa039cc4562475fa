import type { ChangeRow } from '../components/changes.tsx';
import type { DeviceHead, DeviceTab } from '../components/device-frame.tsx';
import type { Ctx } from '../context.ts';
import type { FieldType, Level, Reference, Said, Value, When } from '../model.ts';

export type Fact = {
  /** `collection.<collection>.field.<field>`; an entered one is `kind.device-decision.field.<field>`. */
  readonly label: string;
  readonly value: Value;
  readonly type: FieldType;
  readonly unit?: 'bytes' | 'seconds' | 'kilobytes';
  /** Which door or who entered it: key `door.<source>` or a name. */
  readonly source: string;
  readonly at: When | null;
  readonly level?: 'critical' | 'warning';
  /** Values that lost against it. */
  readonly others?: readonly { readonly value: Value; readonly source: string; readonly at: When | null }[];
};

export type FactGroup = { readonly title: Said; readonly facts: readonly Fact[] };

export type DeviceProps = {
  readonly ctx: Ctx;
  readonly device: DeviceHead;
  readonly tabs: readonly DeviceTab[];
  readonly groups: readonly FactGroup[];
  /** Collections with personal rows: only their number, the rows open on their tab. */
  readonly personal: readonly { readonly collection: string; readonly count: number }[];
  readonly why: readonly { readonly level: Level; readonly said: Said; readonly href?: string }[];
  readonly changes: readonly ChangeRow[];
  readonly description?: string;
  readonly showOthers: boolean;
  readonly certificate?: { readonly fingerprint: string; readonly notAfter: When };
  /** Updates that are here and approved for this device. */
  readonly deployable: readonly Reference[];
};

/** In work. */
export const Device = ({ ctx }: DeviceProps) => <p>{ctx.site.name}</p>;
