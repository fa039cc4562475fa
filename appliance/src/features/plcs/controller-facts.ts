/** What is known of a controller, as far as integrity and hardening ask: winners by field and side. */
export type ControllerFacts = {
  plc: number;
  publicId: string;
  name: string;
  zone: string | null;
  authorised: boolean;
  observed: Readonly<Record<string, string>>;
  configured: Readonly<Record<string, string>>;
  /** When an observed value was read, milliseconds by field. */
  readAt: Readonly<Record<string, number>>;
  /** The newest attempt to read the program that failed, and how. */
  failed?: { at: number; reason: string };
  services: readonly { key: string; values: Readonly<Record<string, string>> }[];
};
