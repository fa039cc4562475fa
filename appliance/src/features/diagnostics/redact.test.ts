import { expect, it } from 'vitest';
import { redacted } from './collect.ts';

it('takes out what could name a thing, a person or a place, and leaves what happened', () => {
  const said: ReadonlyArray<readonly [string, string]> = [
    ['request failed at 10.20.30.40: UNREACHABLE', 'request failed at [address]: UNREACHABLE'],
    ['fe80::1ff:fe23:4567:890a did not answer', '[address] did not answer'],
    ['card 3c:ec:ef:01:02:03 twice', 'card [mac] twice'],
    ['device 00112233445566778899aabbccddeeff, revision 3', 'device [id], revision 3'],
    ['object 5f1c2d3e-0001-4002-8003-aabbccddeeff is missing', 'object [id] is missing'],
    ['cannot write /var/lib/sallyport/backups/plant-7.spb: ENOSPC', 'cannot write [path]: ENOSPC'],
    ['"Line 7 press" is held', '[name] is held'],
    ['dana.k@plant.example asked https://srv.plant.example/x', '[mail] asked [url]'],
    ['pump3.hall2.plant.example is gone', '[name] is gone'],
    ['release 0.2.0, schema 47, SQLITE_CORRUPT', 'release 0.2.0, schema 47, SQLITE_CORRUPT'],
  ];
  expect(said.map(([text]) => redacted(text))).toEqual(said.map(([, left]) => left));
});
