// The ports on which controllers and their modules speak, as IANA and the vendors publish them. A connection that is no identification
// never leads to one: a wrong address then meets a closed door. Not here are ports that computers and printers have as well (22, 80,
// 161, 443). Those from 32768 on are given out by systems by themselves, too: there the address alone keeps a controller apart, unless
// a person names the port.

type Ranges = readonly (readonly [first: number, last: number, what: string])[];

const ranges: Ranges = [
  [102, 102, 'S7, MMS, ICCP: ISO transport'],
  [502, 502, 'Modbus'],
  [789, 789, 'Red Lion Crimson'],
  [802, 802, 'Modbus over TLS'],
  [1_089, 1_091, 'Foundation Fieldbus HSE'],
  [1_131, 1_132, 'Beckhoff, Rockwell CSP'],
  [1_200, 1_202, 'CODESYS, Schneider Unity'],
  [1_217, 1_217, 'CODESYS gateway'],
  [1_280, 1_280, 'MELSEC'],
  [1_541, 1_541, 'Foxboro DCS'],
  [1_740, 1_743, 'CODESYS 3'],
  [1_911, 1_911, 'Niagara Fox'],
  [1_962, 1_962, 'PC Worx'],
  [2_221, 2_223, 'EtherNet/IP: CSP, implicit messages'],
  [2_404, 2_404, 'IEC 60870-5-104'],
  [2_455, 2_455, 'CODESYS 2, WAGO'],
  [3_001, 3_001, 'Moore APACS'],
  [4_000, 4_000, 'Emerson ROC'],
  [4_712, 4_713, 'C37.118 synchrophasors'],
  [4_840, 4_840, 'OPC UA'],
  [4_843, 4_843, 'OPC UA over TLS'],
  [4_911, 4_911, 'Niagara Fox over TLS'],
  [5_000, 5_002, 'MELSEC SLMP'],
  [5_006, 5_008, 'MELSEC'],
  [5_050, 5_052, 'Schneider, Telvent'],
  [5_094, 5_095, 'HART-IP'],
  [5_010, 5_010, 'MELSEC SLMP'],
  [5_450, 5_450, 'OSIsoft PI'],
  [5_560, 5_562, 'MELSEC: MELSOFT'],
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

const givenOut: Ranges = [
  [34_962, 34_964, 'PROFINET'],
  [34_980, 34_980, 'EtherCAT'],
  [38_000, 38_001, 'SNC GENe'],
  [41_100, 41_100, 'Siemens Sinaut'],
  [44_818, 44_818, 'EtherNet/IP'],
  [47_808, 47_823, 'BACnet'],
  [48_898, 48_899, 'Beckhoff ADS'],
  [50_000, 50_028, 'Siemens Spectrum'],
  [55_000, 55_003, 'FL-net'],
  [56_001, 56_001, 'Guardian AST'],
  [57_176, 57_176, 'Elipse'],
  [62_900, 62_930, 'SNC GENe'],
  [65_443, 65_443, 'SNC GENe'],
];

const isIn = (port: number, list: Ranges): boolean => list.some(([first, last]) => port >= first && port <= last);

/** Whether controllers speak on this port, by TCP or UDP. */
export const isControllerPort = (port: number): boolean => isIn(port, ranges);

/** Whether controllers speak on a port that a person names for something else: no system gave it out. */
export const isControllerService = (port: number): boolean => isIn(port, ranges) || isIn(port, givenOut);
