import type { Spoken } from './frames.ts';

/** A conversation as a protocol's specification lays its bytes out, and what is to be read of it. */
export type Plan = {
  name: string;
  transport: 'tcp' | 'udp';
  port: number;
  /** Of the client; where both sides use the protocol's port, that. */
  clientPort?: number;
  spoken: readonly Spoken[];
  /** Display filters of Wireshark, each of which must match; undefined where it has no dissector of the protocol. */
  judge?: readonly string[];
  /** What the record of the server shows. */
  record: Readonly<Record<string, string>>;
  /** Records of devices behind it, by `connectionString`. */
  behind?: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /** `what`, or `what: detail`, in order. */
  control: readonly string[];
};
