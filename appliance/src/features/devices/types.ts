// Devices: who is behind the wall and may speak for itself.
//
// An agent makes its own key and enrols with a token. What it says about its hardware is only a claim: it decides which
// known device a newcomer resembles, never what it may do. A newcomer that resembles nothing waits for approval (or is
// let in by a token that says `auto`); one that looks like a live device is held as a possible clone. From then on the
// device is its certificate: every request is bound to the certificate's fingerprint, which is looked up each time, so
// that a revocation by another process counts at once. All refusals look alike to the caller; the event has the reason.

export type DeviceState = 'pending' | 'managed' | 'held' | 'revoked';

export type Device = {
  id: number;
  /** Random, the subject of its certificates and the name in addresses. */
  publicId: string;
  state: DeviceState;
  /** A reinstall that waits for approval; the device goes on with its old key meanwhile. */
  reenrolling: boolean;
  uuid: string | null;
  serial: string | null;
  macs: string[];
  hostname: string;
  os: string;
  arch: string;
  agentVersion: string;
  /** The group that its token named. */
  group: string | null;
  heldReason: HeldReason | null;
  /** The device that a held newcomer looks like. */
  resembles: number | null;
  from: string | null;
  createdAt: number;
  approvedAt: number | null;
  enrolledAt: number | null;
  revokedAt: number | null;
  lastSeenAt: number | null;
};

export type HeldReason = 'same-uuid-live' | 'same-uuid-other-macs' | 'key-with-other-hardware' | 'two-boots';

/** What a device claims, cleaned of placeholders. */
export type Identity = { uuid: string | null; serial: string | null; macs: string[] };

/** What a request is bound to once its certificate was found. */
export type Caller = {
  id: number;
  publicId: string;
  fingerprint: string;
  /** The newest boot ids, JSON as stored: the check-in compares it without parsing. */
  bootIds: string;
};

export type DeviceQuery = {
  state?: readonly DeviceState[];
  /** Part of the host name, or of the public id. */
  search?: string;
  /** The `next` of the page before. */
  after?: number;
  limit: number;
};

export type DevicePage = { rows: Device[]; total: number; next?: number };

export type DeviceCertificate = {
  fingerprint: string;
  serial: string;
  state: 'issued' | 'active' | 'superseded' | 'revoked';
  notBefore: number;
  notAfter: number;
  issuedAt: number;
  firstUsedAt: number | null;
};

/** A certificate that the CA has just made. */
export type NewCertificate = {
  fingerprint: string;
  serial: string;
  keyDigest: string;
  notBefore: number;
  notAfter: number;
};

/** `pending`: ask again later. `approved`: issue a certificate and record it. */
export type EnrolOutcome = { state: 'pending' | 'approved'; device: Device };
