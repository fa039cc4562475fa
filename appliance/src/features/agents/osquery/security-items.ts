import { hexId, type ItemsOf, item, known, ownBlockDevice, sortedDistinct, text, time, whole } from './rows.ts';

const articleOf = (title: string): string => /\bKB\d{6,8}\b/i.exec(title)?.[0].toUpperCase() ?? '';

/** Updates of Windows. */
export const osUpdateItems: ItemsOf = (answers) =>
  sortedDistinct(
    [
      ...(answers['os-update.patches'] ?? []).map((row) =>
        item({
          update: text(row, 'hotfix_id', 128),
          title: text(row, 'description'),
          state: 'installed',
          kind: /security/i.test(text(row, 'description')) ? 'security' : undefined,
          foundBy: 'patches',
        }),
      ),
      ...(answers['os-update.history'] ?? []).flatMap((row) => {
        const result = text(row, 'result_code', 50);
        if (!/^(?:succeeded|failed)/i.test(result)) return [];
        const hasFailed = /^failed/i.test(result);
        return [
          item({
            update: articleOf(text(row, 'title', 500)),
            title: text(row, 'title', 500),
            state: hasFailed ? 'failed' : 'installed',
            installedAt: hasFailed ? undefined : time(row, 'date'),
            errorCode: hasFailed ? text(row, 'hresult', 50) : '',
            foundBy: 'windows_update_history',
          }),
        ];
      }),
    ].filter((one) => one['update'] !== undefined),
    'update',
  );

const securityKinds: Readonly<Record<string, string>> = {
  antivirus: 'antivirus',
  antispyware: 'antispyware',
  firewall: 'firewall',
};
const stateOf = (word: string): string =>
  ({ on: 'on', off: 'off', snoozed: 'paused', expired: 'failing' })[word.toLowerCase()] ?? 'unknown';

/** What the security centre of Windows lists. */
export const protectionItems: ItemsOf = (answers) =>
  sortedDistinct(
    (answers['protection'] ?? []).map((row) => {
      const kind = securityKinds[text(row, 'type', 50).toLowerCase()] ?? 'other';
      return item({
        product: text(row, 'name'),
        kind,
        state: stateOf(text(row, 'state', 50)),
        databaseState:
          kind === 'firewall' ? undefined : text(row, 'signatures_up_to_date', 5) === '1' ? 'current' : 'old',
      });
    }),
    'product',
    'kind',
  );

const conversion: Readonly<Record<string, string>> = {
  '0': 'plain',
  '1': 'encrypted',
  '2': 'encrypting',
  '3': 'decrypting',
  '4': 'paused',
  '5': 'paused',
};

/** Whether volumes are encrypted. */
export const encryptionItems: ItemsOf = (answers) =>
  sortedDistinct(
    [
      ...(answers['encryption.disks'] ?? [])
        .filter((row) => !ownBlockDevice.test(text(row, 'name')) || /dm-|md/.test(text(row, 'name')))
        .map((row) =>
          item({
            volume: text(row, 'name'),
            method: text(row, 'type', 100),
            state: text(row, 'encrypted', 5) === '1' ? 'encrypted' : 'plain',
          }),
        ),
      ...(answers['encryption.bitlocker'] ?? []).map((row) =>
        item({
          volume: text(row, 'drive_letter'),
          disk: text(row, 'device_id'),
          method: text(row, 'encryption_method', 100),
          state:
            text(row, 'lock_status', 5) === '1'
              ? 'locked'
              : (conversion[text(row, 'conversion_status', 5)] ?? 'unknown'),
          percent: whole(row, 'percentage_encrypted'),
          keyGuarded: text(row, 'protection_status', 5) === '1',
        }),
      ),
    ],
    'volume',
  );

/** A hub of the machine itself is no plugged-in device. */
const hubClass = /^0?9$/;

/** What is plugged in by USB. */
export const externalDeviceItems: ItemsOf = (answers) =>
  sortedDistinct(
    (answers['external-device'] ?? []).flatMap((row) => {
      if (hubClass.test(text(row, 'class', 10))) return [];
      const label = known(row, 'model') || `USB ${hexId(row, 'vendor_id')}:${hexId(row, 'model_id')}`;
      return [
        item({
          label,
          bus: 'usb',
          maker: known(row, 'vendor'),
          vendorId: hexId(row, 'vendor_id'),
          productId: hexId(row, 'model_id'),
          serial: known(row, 'serial'),
          port: text(row, 'usb_port', 20) === '' ? '' : `${text(row, 'usb_address', 20)}/${text(row, 'usb_port', 20)}`,
          connected: true,
        }),
      ];
    }),
    'label',
    'vendorId',
    'productId',
    'serial',
    'port',
  );
