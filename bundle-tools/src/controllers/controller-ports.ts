// The ports on which controllers and their modules speak, as IANA and the vendors publish them. A connection that is no identification
// never leads to one: a wrong address then meets a closed door. Not here are ports that computers and printers have as well (22, 80,
// 161, 443), and those from 32768 on, which systems give out by themselves: there the address alone keeps a controller apart.

const ranges: readonly (readonly [first: number, last: number, what: string])[] = [
  [102, 102, 'S7, MMS, ICCP: ISO transport'],
  [502, 502, 'Modbus'],
  [789, 789, 'Red Lion Crimson'],
  [802, 802, 'Modbus over TLS'],
  [1_089, 1_091, 'Foundation Fieldbus HSE'],
  [1_131, 1_132, 'Beckhoff, Rockwell CSP'],
  [1_200, 1_202, 'CODESYS, Schneider Unity'],
  [1_217, 1_217, 'CODESYS gateway'],
  [1_541, 1_541, 'Foxboro DCS'],
  [1_740, 1_743, 'CODESYS 3'],
  [1_911, 1_911, 'Niagara Fox'],
  [1_962, 1_962, 'PC Worx'],
  [2_221, 2_223, 'EtherNet/IP: CSP, implicit messages'],
  [2_404, 2_404, 'IEC 60870-5-104'],
  [2_455, 2_455, 'CODESYS 2, WAGO'],
  [3_001, 3_001, 'Moore APACS'],
  [4_000, 4_000, 'Emerson ROC'],
  [4_840, 4_840, 'OPC UA'],
  [4_843, 4_843, 'OPC UA over TLS'],
  [4_911, 4_911, 'Niagara Fox over TLS'],
  [5_000, 5_002, 'MELSEC SLMP'],
  [5_006, 5_008, 'MELSEC'],
  [5_050, 5_052, 'Schneider, Telvent'],
  [5_094, 5_095, 'HART-IP'],
  [5_450, 5_450, 'OSIsoft PI'],
  [7_700, 7_700, 'Mitsubishi GOT'],
  [9_600, 9_600, 'Omron FINS'],
  [10_307, 10_311, 'ABB Ranger'],
  [11_740, 11_743, 'CODESYS 3'],
  [12_316, 12_316, 'ABB'],
  [13_722, 13_722, 'ABB Ranger'],
  [17_185, 17_185, 'VxWorks debugger'],
  [18_000, 18_000, 'Iconics Genesis'],
  [18_245, 18_246, 'GE SRTP'],
  [19_999, 20_000, 'DNP3'],
  [20_256, 20_257, 'Unitronics PCOM'],
  [20_547, 20_547, 'ProConOS, MultiProg'],
];

/** Whether controllers speak on this port, by TCP or UDP. */
export const isControllerPort = (port: number): boolean =>
  ranges.some(([first, last]) => port >= first && port <= last);
