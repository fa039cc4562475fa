import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';

// Network captures as evidence of controllers: nothing is sent, so a capture may always be imported (OT 4).

/** A capture that is no capture; `offset` is the byte where it stopped making sense. */
export class CaptureError extends Error {
  readonly offset: number;
  /** The file ends in the middle of something that was right until there. */
  readonly isCut: boolean;

  constructor(message: string, offset: number, isCut = false) {
    super(`${message} at byte ${offset}`);
    this.name = 'CaptureError';
    this.offset = offset;
    this.isCut = isCut;
  }
}

/** One packet as captured; `data` may be shorter than what was on the wire. */
export type Packet = { atMs: number; linkType: number; data: Buffer; wireBytes: number };

/** What an Ethernet (or raw) frame carries. */
export type Frame = { etherType: number; source?: string; destination?: string; vlan?: number; payload: Buffer };

/** What is read of a capture. Each has a name (ui/controller-source.ts) and a line of docs/captures.md. */
export const CAPTURE_PROTOCOLS = [
  's7',
  'enip',
  'modbus',
  'bacnet',
  'mms',
  'opcua',
  'dcp',
  'lldp',
  'snmp',
  'pnio-cm',
  'fins',
  'fox',
  'hart-ip',
  'dnp3',
  'ads',
  'iec104',
  'melsec',
  'goose',
  'synphasor',
  'oui',
  'arp',
] as const;
export type CaptureProtocol = (typeof CAPTURE_PROTOCOLS)[number];

/** What traffic does to a controller, by protocol. Each has words and a line of docs/captures.md. */
export const CONTROL_COMMANDS = [
  'dcp-set',
  'dcp-reset',
  's7-download-request',
  's7-download-block',
  's7-start',
  's7-stop',
  's7-cold-start',
  's7-copy-to-rom',
  's7-compress',
  's7-insert-block',
  's7-delete-block',
  's7-service',
  's7-set-clock',
  's7-memory-reset',
  'modbus-90-download',
  'modbus-90-start',
  'modbus-90-stop',
  'modbus-restart',
  'modbus-listen-only',
  'modbus-write-file',
  'cip-reset',
  'cip-start',
  'cip-stop',
  'cip-vendor-write',
  'cip-file-download',
  'pccc-mode',
  'pccc-download',
  'pccc-restart',
  'pccc-shutdown',
  'pccc-clear-memory',
  'dnp3-cold-restart',
  'dnp3-warm-restart',
  'dnp3-initialise',
  'dnp3-start',
  'dnp3-stop',
  'dnp3-save-configuration',
  'dnp3-activate-configuration',
  'dnp3-write-file',
  'dnp3-delete-file',
  'bacnet-cold-restart',
  'bacnet-warm-restart',
  'bacnet-restore',
  'bacnet-activate-changes',
  'bacnet-silence',
  'bacnet-write-file',
  'fins-run',
  'fins-stop',
  'fins-reset',
  'fins-program-write',
  'fins-program-clear',
  'fins-parameter-write',
  'fins-set-clock',
  'fins-file-write',
  'fins-force',
  'melsec-run',
  'melsec-stop',
  'melsec-pause',
  'melsec-latch-clear',
  'melsec-reset',
  'melsec-file-write',
  'ads-start',
  'ads-stop',
  'ads-reset',
  'ads-shutdown',
  'ads-config',
  'ads-control',
  'ads-file-write',
  'iec104-reset',
  'iec104-parameter',
  'iec104-write-file',
  'hart-reset',
  'hart-write',
] as const;

export type ControlCommand = (typeof CONTROL_COMMANDS)[number];

/** A device that has no IP address of its own: it is reached through the one that passes its messages on. */
export type Station = {
  /** Unique in the site: `bacnet 120001`. */
  key: string;
  /** How it is shown: `network 3, station 6c`. */
  place: string;
};

/** Bytes that the capture does not have of one direction of a connection. */
export type CaptureGap = {
  /** The packet behind the first of them. */
  packet: number;
  flow: string;
  count: number;
  bytes: number;
};

/** Gaps by direction, and how many there were in all. */
export type CaptureGaps = { byFlow: readonly CaptureGap[]; count: number };

/** What one message tells about one device; `control` names traffic that changes a device and becomes an event. */
export type Sighting = {
  atMs: number;
  protocol: CaptureProtocol;
  address?: string;
  mac?: string;
  facts: readonly DeviceFact[];
  /** The name of a station that `mac` asks for: its own, or another's. */
  asks?: DeviceFact;
  /** The facts are of the module in this slot of the chassis that has the address. */
  slot?: number;
  /** The facts are of this unit at the address: behind a gateway each serial device is one. */
  unit?: number;
  /** What it answers on, `tcp/102`, or what it publishes on Ethernet, `ethernet/LD0/LLN0$GO$gcb01`. */
  service?: string;
  /** Facts of the service itself: how it is secured. */
  serviceFacts?: readonly DeviceFact[];
  /** The network of the frame that shows it. */
  vlan?: number;
  /** The frame's sender, where no router is seen between; `mac` is the device's own word. */
  via?: string;
  control?: ControlCommand;
  /** To which part of the controller: `OB 1`, `class 0x6a`. */
  detail?: string;
  /** Of control traffic: where behind the address it goes. */
  behind?: string;
  /** A device without an address of its own, behind the one that has `address`. */
  station?: Station;
  /** Of control traffic: who sent it. `address` or `mac` is whom it was sent to. */
  from?: string;
};
