import { hex, le16, le32, padded } from './bytes.ts';
import type { Plan } from './plan.ts';

// ADS in AMS over TCP (Beckhoff).

const [plc, tool] = [hex('c0000214 0101'), hex('c000020a 0101')];
const message = (isAnswer: boolean, command: number, data: Buffer, port = 851): Buffer => {
  const ends = isAnswer ? [tool, le16(33_000), plc, le16(port)] : [plc, le16(port), tool, le16(33_000)];
  const ams = Buffer.concat([
    ...ends,
    le16(command),
    le16(isAnswer ? 5 : 4),
    le32(data.length),
    le32(0),
    le32(1),
    data,
  ]);
  return Buffer.concat([le16(0), le32(ams.length), ams]);
};
const asked = (command: number, data: Buffer = Buffer.alloc(0), port?: number) => ({
  by: 'client' as const,
  bytes: message(false, command, data, port),
});
const answered = (command: number, data: Buffer) => ({ by: 'server' as const, bytes: message(true, command, data) });

export const adsPlan: Plan = {
  name: 'ads',
  transport: 'tcp',
  port: 48_898,
  spoken: [
    asked(1),
    answered(1, Buffer.concat([le32(0), Buffer.of(3, 1), le16(1_956), padded('Plc30 App', 16, '\0')])),
    asked(4),
    answered(4, Buffer.concat([le32(0), le16(5), le16(0)])),
    asked(5, Buffer.concat([le16(6), le16(0), le32(0)])),
    asked(5, Buffer.concat([le16(2), le16(0), le32(0)])),
    asked(5, Buffer.concat([le16(5), le16(0), le32(0)])),
    asked(5, Buffer.concat([le16(16), le16(0), le32(0)]), 10_000),
    asked(9, Buffer.concat([le32(123), le32(7), le32(0), le32(4), hex('01020304')]), 10_000),
    // Reading a value.
    asked(2, Buffer.concat([le32(0x4020), le32(0), le32(4)])),
  ],
  judge: [
    'ams.ads_devicename contains "Plc30 App" && ams.ads_versionversion == 3 && ams.ads_versionrevision == 1 && ams.ads_versionbuild == 1956',
    'ams.cmdid == 4 && ams.ads_state == 5',
    'ams.cmdid == 5 && ams.ads_state == 6',
    'ams.cmdid == 5 && ams.ads_state == 2',
    'ams.cmdid == 5 && ams.ads_state == 5',
    'ams.cmdid == 5 && ams.ads_state == 16 && ams.targetport == 10000',
    'ams.cmdid == 9 && ams.ads_indexgroup == 123',
  ],
  record: { vendor: 'Beckhoff', softwareVersion: '3.1.1956', description: 'Plc30 App', mode: 'RUN' },
  control: [
    'ads-stop: port 851',
    'ads-reset: port 851',
    'ads-start: port 851',
    'ads-config: port 10000',
    'ads-file-write: port 10000',
  ],
};
