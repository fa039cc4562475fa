// The stand of the invented plant: servers that others wrote, which really run while the capture is made. What they say of
// themselves is said by their programs; none of them is a maker's device, and their names say so.

export type Simulator = {
  name: string;
  address: string;
  /** Locally administered: no maker has it. */
  mac: string;
  /** The server of libsnap7 says what its authors wrote into it; pymodbus says what it is given here. */
  program: 'snap7' | 'pymodbus';
  /** As the plant's table has it; the server that the table leaves out has none. */
  planned?: { vendor: string; orderNumber: string; model: string; firmware: string; serial: string };
};

/** Debian's version of pymodbus, which its servers are given as their revision. */
const pymodbusVersion = '3.8.6';

/** The objects of Modbus 43/14 that a simulated server answers with. */
export const modbusNames = ({ name }: Simulator): Readonly<Record<string, string>> => ({
  VendorName: 'pymodbus',
  ProductCode: 'SIMULATED-MODBUS',
  MajorMinorRevision: pymodbusVersion,
  VendorUrl: 'https://github.com/pymodbus-dev/pymodbus',
  ProductName: 'simulated Modbus server',
  ModelName: `simulated ${name}`,
});

const two = (n: number): string => String(n).padStart(2, '0');
const placeOf = (n: number): Pick<Simulator, 'address' | 'mac'> => ({
  address: `10.20.16.${n + 9}`,
  mac: `02:00:0a:14:10:${two(n)}`,
});

const modbus = (n: number, firmware?: string): Simulator => ({
  name: `SIM-MODBUS-${two(n)}`,
  ...placeOf(n + 1),
  program: 'pymodbus',
  ...(firmware === undefined
    ? {}
    : {
        planned: {
          vendor: 'pymodbus',
          orderNumber: 'SIMULATED-MODBUS',
          model: `simulated SIM-MODBUS-${two(n)}`,
          firmware,
          serial: '',
        },
      }),
});

export const simulators: readonly Simulator[] = [
  {
    name: 'SIM-S7-01 (snap7)',
    ...placeOf(1),
    program: 'snap7',
    planned: {
      vendor: 'Siemens AG',
      orderNumber: '6ES7 315-2EH14-0AB0',
      model: 'CPU 315-2 PN/DP, simulated by snap7',
      firmware: 'V3.2.6',
      serial: 'S C-C2UR28922012',
    },
  },
  modbus(1, pymodbusVersion),
  modbus(2, pymodbusVersion),
  modbus(3, pymodbusVersion),
  // Planned with another version than runs.
  modbus(4, '3.6.9'),
  // The table does not have it.
  modbus(5),
];
