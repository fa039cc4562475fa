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
export type Frame = { etherType: number; source?: string; destination?: string; payload: Buffer };

/** A message of one transport, from one side. */
export type Message = {
  atMs: number;
  transport: 'udp' | 'tcp' | 'ethernet';
  /** IP address, or MAC address where there is no IP. */
  source: string;
  destination: string;
  sourcePort: number;
  destinationPort: number;
  sourceMac?: string;
  data: Buffer;
};

export type CaptureProtocol =
  | 's7'
  | 'enip'
  | 'modbus'
  | 'bacnet'
  | 'mms'
  | 'opcua'
  | 'dcp'
  | 'lldp'
  | 'snmp'
  | 'pnio-cm'
  | 'arp';

/** What one message tells about one device; `control` names traffic that changes a device and becomes an event. */
export type Sighting = {
  atMs: number;
  protocol: CaptureProtocol;
  address?: string;
  mac?: string;
  facts: readonly DeviceFact[];
  /** The facts are of the module in this slot of the chassis that has the address. */
  slot?: number;
  /** The facts are of this unit at the address: behind a gateway each serial device is one. */
  unit?: number;
  /** What it answers on: `tcp/102`. */
  service?: string;
  /** What is said of the service itself: how it is secured. */
  serviceFacts?: readonly DeviceFact[];
  /** The frame's sender, where no router is seen between; `mac` is the device's own word. */
  via?: string;
  control?: string;
  /** Of control traffic: who sent it. `address` or `mac` is whom it was sent to. */
  from?: string;
};
