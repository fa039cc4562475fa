// Codes of vendors in protocols: facts of the public registers, of those who make controllers and what stands beside them.

const rockwell = 'Rockwell Automation';
const siemens = 'Siemens';
const schneider = 'Schneider Electric';
const mitsubishi = 'Mitsubishi Electric';

/** ODVA vendor ids of EtherNet/IP and CIP. */
const cip: ReadonlyMap<number, string> = new Map([
  [1, rockwell],
  [3, 'Honeywell'],
  [4, 'Parker Hannifin'],
  [5, rockwell],
  [26, 'Festo'],
  [40, 'WAGO'],
  [44, 'Yaskawa'],
  [45, schneider],
  [46, 'ABB'],
  [47, 'Omron'],
  [48, 'Turck'],
  [57, 'Pepperl+Fuchs'],
  [68, 'Eaton'],
  [74, 'Hitachi'],
  [75, 'ABB'],
  [77, rockwell],
  [82, mitsubishi],
  [90, 'HMS Networks'],
  [94, 'Advantech'],
  [97, 'Danfoss'],
  [108, 'Beckhoff'],
  [127, 'ABB'],
  [145, siemens],
  [161, mitsubishi],
  [176, 'Red Lion'],
  [181, 'Pilz'],
  [243, schneider],
  [248, 'Eaton'],
  [250, 'Yokogawa'],
  [255, 'Bosch Rexroth'],
  [283, 'Hilscher'],
  [287, 'Bosch Rexroth'],
  [309, 'ProSoft Technology'],
  [319, 'Fuji Electric'],
  [356, 'FANUC'],
  [367, 'Keyence'],
  [445, 'Lenze'],
  [501, 'Yaskawa'],
  [562, 'Phoenix Contact'],
  [587, 'Lenze'],
  [591, 'FANUC'],
  [593, 'ABB'],
  [625, rockwell],
  [634, 'Hirschmann'],
  [680, 'Weidmueller'],
  [722, 'ABB'],
  [796, siemens],
  [799, 'Delta Electronics'],
  [808, 'SICK'],
  [862, siemens],
  [903, 'Emerson'],
  [939, 'Cisco'],
  [971, siemens],
  [991, 'Moxa'],
  [1006, 'Red Lion'],
  [1015, 'Weidmueller'],
  [1251, siemens],
  [1418, 'Emerson'],
]);

/** PROFINET and PROFIBUS International vendor ids. */
const profinet: ReadonlyMap<number, string> = new Map([
  [0x002a, siemens],
  [0x00b0, 'Phoenix Contact'],
  [0x010c, 'HMS Networks'],
  [0x011d, 'WAGO'],
  [0x011e, 'Hilscher'],
  [0x0120, 'Beckhoff'],
]);

/** SNMP enterprise numbers (IANA). */
const enterprise: ReadonlyMap<number, string> = new Map([
  [95, rockwell],
  [244, 'Lantronix'],
  [248, 'Hirschmann'],
  [332, 'Digi International'],
  [339, siemens],
  [409, mitsubishi],
  [534, 'Eaton'],
  [908, 'ABB'],
  [1890, 'Red Lion'],
  [2910, 'General Electric'],
  [3442, 'Advantech'],
  [3833, schneider],
  [4196, siemens],
  [4329, siemens],
  [4346, 'Phoenix Contact'],
  [4399, 'Johnson Controls'],
  [5940, 'Red Lion'],
  [6075, siemens],
  [7427, 'Yokogawa'],
  [7508, 'Fuji Electric'],
  [8691, 'Moxa'],
  [10297, 'Advantech'],
  [13576, 'WAGO'],
  // RuggedCom became a part of Siemens.
  [15004, siemens],
  [16177, 'Westermo'],
  [16838, 'Omron'],
  [20998, 'Honeywell'],
]);

export const vendorOfCip = (id: number): string | undefined => cip.get(id);
export const vendorOfProfinet = (id: number): string | undefined => profinet.get(id);
export const vendorOfEnterprise = (number: number): string | undefined => enterprise.get(number);
