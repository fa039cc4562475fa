import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { s7Reader } from '@sallyport/bundle-tools/controllers/protocols/s7/answers';
import { rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { CaptureProtocol } from '../pcap/types.ts';
import { s7Command } from './s7-control.ts';
import { boundedMap, type PassiveProtocol } from './types.ts';

// S7CommPlus, the protocol of S7-1200/1500: its layout is not published. What is read is the server's version, which the answer
// to CreateObject carries in clear text in every version of the protocol that is not behind TLS.

const protocolId = 0x72;
const response = 0x32;
const createObject = 0x04ca;
/** Type of a text: length (variable, here one byte), then UTF-8. */
const textType = 0x15;
const maxText = 0x7f;

const versionText = /^\d{1,3};(6[A-Z]{2}\d [0-9A-Z]{3}-[0-9A-Z]{5}-[0-9A-Z]{4}) *;([A-Z]\d{1,3}(?:\.\d{1,3}){1,3})$/;

/** Order number and firmware of the server: `1;6ES7 511-1AK00-0AB0;V1.0`. */
function s7PlusFacts(data: Buffer): DeviceFact[] {
  if (data.length < 14 || data.readUInt8(0) !== protocolId) return [];
  // Head: protocol, version, length. Then opcode, reserved, function.
  if (data.readUInt8(4) !== response || data.readUInt16BE(7) !== createObject) return [];
  for (let at = data.indexOf(textType, 14); at !== -1 && at + 2 < data.length; at = data.indexOf(textType, at + 1)) {
    const length = data.readUInt8(at + 1);
    const text = data.subarray(at + 2, at + 2 + length);
    if (length > maxText || text.length < length) continue;
    const [, orderNumber, firmware] = versionText.exec(text.toString('latin1')) ?? [];
    if (orderNumber === undefined || firmware === undefined) continue;
    return [
      { field: 'orderNumber', value: orderNumber, raw: rawHex(text) },
      { field: 'firmwareObserved', value: firmware, raw: rawHex(text) },
    ];
  }
  return [];
}

const maxConversations = 1_024;

/** TPKT (RFC 1006, 6): version 3, a reserved byte, the length. */
const tpktLength = (bytes: Buffer): number | undefined => {
  if (bytes.length < 4) return undefined;
  const length = bytes.readUInt16BE(2);
  return bytes.readUInt8(0) !== 3 || length < 7 ? 0 : length;
};

/**
 * Port 102 is that of all OSI applications over TCP. S7 starts its messages with 0x32 or 0x72, or speaks TLS; MMS (IEC 61850) comes
 * in session units: ACCEPT, or GIVE TOKENS before DATA TRANSFER (X.225, 8.3).
 */
const protocolOf = (data: Buffer): CaptureProtocol | undefined => {
  if (data.length < 4) return undefined;
  const first = data.readUInt8(0);
  if (first === 0x32 || first === 0x72 || (first === 0x16 && data.readUInt8(1) === 3)) return 's7';
  return first === 0x0e || data.readUInt32BE(0) === 0x01_00_01_00 ? 'mms' : undefined;
};

/** S7comm, S7CommPlus, and who speaks MMS. */
export const s7: PassiveProtocol = {
  protocol: 's7',
  tcp: [102],
  lengthOf: tpktLength,
  reader: () => {
    const readers = boundedMap<ReturnType<typeof s7Reader>>(maxConversations);
    const factsOf = (conversation: string, pdu: Buffer) => {
      const reader = readers.get(conversation) ?? s7Reader();
      readers.set(conversation, reader);
      return reader(pdu).facts;
    };
    return ({ bytes, isFromServer, conversation }) => {
      // COTP: a header behind its length; only data (DT) is read.
      if (bytes.readUInt8(5) !== 0xf0) return [];
      const pdu = bytes.subarray(5 + bytes.readUInt8(4));
      const command = s7Command(pdu);
      const told =
        command === undefined || command.isFetched !== isFromServer
          ? []
          : [{ control: command.control, ...defined({ detail: command.detail }) }];
      if (!isFromServer) return told;
      const protocol = protocolOf(pdu);
      if (protocol === undefined) return told;
      return [{ protocol, facts: [...factsOf(conversation, pdu), ...s7PlusFacts(pdu)] }, ...told];
    };
  },
};
