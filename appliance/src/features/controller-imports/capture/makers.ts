// Blocks of MAC addresses (MA-L) that the IEEE Registration Authority assigned to makers of controllers and of what stands beside
// them (standards-oui.ieee.org, as of March 2024). Only divisions that make such devices: no phones, no medicine. A block names
// who made the network part, not the device.

const blocks: Readonly<Record<string, readonly string[]>> = {
  Siemens: [
    '0001e3,000ba3,000e8c,001b1b,001c06,001ff8,080006,10dffc,208756,20a8b9,286336,301389,302f1e,30b851,384b24,40ecf8,4ce705',
    '681fd8,683e02,789f87,883f99,8cf319,ac6417,d4f527,e0dca0,e8ef22,ec1c5d,000adc,0013d5,94b8c5',
  ],
  'Rockwell Automation': ['0000bc,001d9c,086195,184c08,34c0f9,404101,5c2167,5c8816,68c8eb,bcf499,e48ebb,e49069,f45433'],
  'Schneider Electric': ['000054,0080f4,001100,20443a'],
  Omron: ['00000a,3cf7d1'],
  'Mitsubishi Electric': ['002692,104b46,28e98e,30be3b,38e08e,58528a,94a4b5,588d39'],
  Beckhoff: ['000105'],
  WAGO: ['0030de'],
  'Phoenix Contact': ['00a045,a8741d,ccccea'],
  ABB: ['000023,00032c,001293,000c02,001c01,001386,002459,54f876,60391f,e002a5'],
  Emerson: ['0022e5,008074,004003'],
  Honeywell: ['00203d,004084,00226a,0030af,c4efda'],
  Yokogawa: ['000064,006041,d00aab'],
  Pilz: ['000248'],
  'General Electric': ['00a0f4'],
  'Hitachi Energy': ['0002a3'],
  Hilscher: ['0002a2'],
  'HMS Networks': ['000327,000594,003011,003056,9cb206,cc3f1d'],
  'Red Lion': ['0005e4,0007af,001347,0060da,00a01d'],
  Tridium: ['0001f0'],
  'Delta Electronics': ['00066e,001823,20f85e'],
  'Endress+Hauser': ['000705'],
  Turck: ['000746'],
  Danfoss: ['000768,000b2d,001b08'],
  Westermo: ['00077c,0011b4'],
  Lenze: ['000a86'],
  'Bosch Rexroth': ['000b0f'],
  Unitronics: ['000d22'],
  Festo: ['000ef0'],
  'Johnson Controls': ['00108d'],
  Weidmueller: ['00157e'],
  Yaskawa: ['0020b5'],
  Hirschmann: ['008063,646038,740bb0,a0b086,ec74ba,ece555'],
  Moxa: ['0090e8'],
  Advantech: ['00d0c9,74fe48'],
  'Schweitzer Engineering Laboratories': ['0030a7'],
  Eaton: ['00054b,008099,000cc1'],
};

const makers: ReadonlyMap<string, string> = new Map(
  Object.entries(blocks).flatMap(([maker, lists]) =>
    lists.flatMap((list) => list.split(',').map((block) => [block, maker] as const)),
  ),
);

/** Who was assigned the block of a MAC address (`00:1b:1b:93:cf:32`); undefined for others and for addresses that are set by hand. */
export function makerOfMac(mac: string): string | undefined {
  return makers.get(mac.replaceAll(':', '').slice(0, 6));
}

/** All blocks and their makers. */
export const makerBlocks = (): readonly (readonly [block: string, maker: string])[] => [...makers];
