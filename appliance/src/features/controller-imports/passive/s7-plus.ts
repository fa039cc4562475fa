import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';

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
export function s7PlusFacts(data: Buffer): DeviceFact[] {
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
