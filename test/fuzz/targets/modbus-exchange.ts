import { modbusFacts } from '@sallyport/bundle-tools/controllers/protocols/modbus/answers';
import { modbusServer } from '../../../bundle-tools/test/controllers/modbus-server.ts';
import { exchangeTarget, pairing, script } from '../exchange.ts';

const list = (code: number): Buffer => Buffer.from([0, 1, 0, 0, 0, 5, 255, 43, 14, code, 0]);
const serverId = Buffer.from([0, 1, 0, 0, 0, 2, 255, 17]);
const device = modbusServer({
  objects: [
    [0, 'Acme'],
    [1, 'AC-1'],
    [2, 'v2.6'],
    [5, 'P9'],
  ],
});
const old = modbusServer({ objects: [], codes: [], serverId: 'TWDLCAE40DRF' });

// Transaction and unit are the request's.
export const target = exchangeTarget('modbus', {
  pair: pairing([0, 0, 2], [6, 6, 1]),
  decode: modbusFacts,
  seeds: () => [
    script(...[1, 2, 3].flatMap((code) => device(list(code)))),
    script(...[1, 4].flatMap((code) => old(list(code))), ...old(serverId)),
  ],
});
