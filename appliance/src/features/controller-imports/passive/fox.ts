import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import { cleanText, rawHex } from '@sallyport/bundle-tools/controllers/protocols/text';
import type { PassiveProtocol } from './types.ts';

// Fox, the protocol of Niagara stations: text. Both sides greet with `fox a <n> <n> fox hello`, then lines `name=type:value` between
// braces. The layout is not published; it is read as stations send it and as nmap's fox-info asks for it.

const greeting = /^fox a -?\d{1,10} -?\d{1,10} fox hello\n/;
const end = '};;\n';
const maxMessage = 16_384;

const fields: ReadonlyMap<string, string> = new Map([
  ['hostName', 'name'],
  ['app.version', 'softwareVersion'],
  ['hostId', 'serverId'],
]);

const facts = (message: Buffer): DeviceFact[] => {
  const texts = new Map<string, Buffer>();
  for (let from = 0; from < message.length && texts.size < 64; ) {
    const lineEnd = message.indexOf(0x0a, from);
    const line = message.subarray(from, lineEnd === -1 ? message.length : lineEnd);
    const found = /^([\w.]{1,64})=[a-z]:/.exec(line.subarray(0, 80).toString('latin1'));
    if (found?.[1] !== undefined) texts.set(found[1], line.subarray(found[0].length));
    from += line.length + 1;
  }
  const text = (name: string): string => cleanText(texts.get(name) ?? Buffer.alloc(0), 'utf8').trim();
  const system = [text('os.name'), text('os.version')].filter((one) => one !== '').join(' ');
  return [
    { field: 'vendorRaw', value: 'Tridium', raw: 'fox' },
    ...[...fields].flatMap(([name, field]) => {
      const value = text(name);
      // A station without a name of its own says its address.
      if (value === '' || (field === 'name' && /^[\d.]+$/.test(value))) return [];
      return [{ field, value, raw: rawHex(texts.get(name) ?? Buffer.alloc(0)) }];
    }),
    ...(system === '' ? [] : [{ field: 'description', value: system, raw: system }]),
  ];
};

export const fox: PassiveProtocol = {
  protocol: 'fox',
  tcp: [1_911],
  lengthOf: (bytes) => {
    const head = bytes.toString('latin1', 0, 4);
    if (!'fox '.startsWith(head)) return 0;
    const at = bytes.indexOf(end);
    return at === -1 ? (bytes.length > maxMessage ? 0 : undefined) : at + end.length;
  },
  reader:
    () =>
    ({ bytes, isFromServer }) => {
      if (!isFromServer) return [];
      return [greeting.test(bytes.toString('latin1', 0, 64)) ? { facts: facts(bytes) } : {}];
    },
};
